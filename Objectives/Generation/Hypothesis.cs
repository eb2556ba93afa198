namespace NativeSsl;

/// <summary>A text that a beam search has written.</summary>
/// <param name="Tokens">Its tokens, without the starting token and the end.</param>
/// <param name="LogProbability">ln P of all its tokens, the end included if it has one.</param>
/// <param name="Score">The same, divided by the length penalty.</param>
/// <param name="Ended">Whether it came to an end; otherwise it was cut off.</param>
public sealed record Hypothesis(IReadOnlyList<int> Tokens, double LogProbability, double Score, bool Ended);
