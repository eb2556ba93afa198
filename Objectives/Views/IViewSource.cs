namespace NativeSsl;

/// <summary>
/// Where views come from: a data set, or an agent that acts. What it draws is a function of its seed, the number of the draw and, for an
/// agent, a state that goes into the checkpoint.
/// </summary>
public interface IViewSource
{
    /// <summary>The views of one micro-batch.</summary>
    /// <param name="draw">The number of the draw, from zero; a step with several micro-batches makes several.</param>
    Views Draw(long draw);

    /// <summary>Every sample once, in order and unaltered: for evaluation, and for objectives that look at the whole set.
    /// Empty for an agent. Inside a step, the memory of what is drawn is the step's.</summary>
    IEnumerable<Views> Everything();

    /// <summary>How many draws make an epoch; null if there are no epochs.</summary>
    long? DrawsPerEpoch { get; }

    /// <summary>Puts what the next draw depends on, besides seed and number, into a checkpoint.</summary>
    void Save(CheckpointWriter checkpoint) { }

    /// <summary>Takes it out again.</summary>
    void Load(CheckpointReader checkpoint) { }
}
