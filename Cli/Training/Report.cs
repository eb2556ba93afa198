using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>What was learned, beside its controls.</summary>
abstract record Report
{
    /// <summary>What the numbers are, for people who see them for the first time.</summary>
    internal abstract string Heading { get; }

    /// <summary>What they say, in a sentence.</summary>
    internal abstract string Verdict { get; }

    internal abstract void Print(Terminal terminal);

    internal abstract JsonObject ToJson();

    internal abstract string ToMarkdown();
}
