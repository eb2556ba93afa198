namespace NativeSsl;

/// <summary>A set in three parts: to learn from, to choose by, and to ask about at the very end.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Validation">To choose by.</param>
/// <param name="Test">For the last question only.</param>
public sealed record TextParts<T>(T Train, T Validation, T Test);
