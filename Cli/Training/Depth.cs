namespace NativeSsl.Cli.Training;

/// <summary>How much time an evaluation may take.</summary>
enum Depth
{
    /// <summary>What training prints at its end.</summary>
    Quick,
    /// <summary>All that frozen features can tell.</summary>
    Full,
    /// <summary>Training with labels as well.</summary>
    FineTuned,
}
