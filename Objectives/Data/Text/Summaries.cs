namespace NativeSsl;

/// <summary>Documents as lists of sentences, and one or more summaries of each.</summary>
/// <param name="Name">Where they came from.</param>
/// <param name="Sources">The sentences of each document.</param>
/// <param name="Targets">The summaries of each document.</param>
public sealed record Summaries(string Name, IReadOnlyList<IReadOnlyList<string>> Sources, IReadOnlyList<IReadOnlyList<string>> Targets)
{
    /// <summary>The summary that needs no learning: the first sentences of each document, with spaces between them.</summary>
    /// <param name="sentences">How many; all of a shorter document.</param>
    /// <exception cref="NativeSslException">Fewer than one.</exception>
    public IReadOnlyList<string> Lead(int sentences = 1) => sentences >= 1 ? [.. Sources.Select(source => string.Join(' ', source.Take(sentences)))]
        : throw new NativeSslException($"Summaries: the first {sentences} sentences; at least one is needed.");
}
