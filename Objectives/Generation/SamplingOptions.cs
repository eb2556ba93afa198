namespace NativeSsl;

/// <summary>How the next token is chosen.</summary>
public sealed record SamplingOptions
{
    /// <summary>Logits are divided by it: below one bold, above one timid. Zero always takes the likeliest token.</summary>
    public double Temperature { get; init; } = 1;
    /// <summary>Only so many of the likeliest tokens; all if null. Fan, Lewis &amp;
    /// Dauphin 2018, “Hierarchical neural story generation”, section 5.4.</summary>
    public int? TopK { get; init; }
    /// <summary>Only the likeliest tokens that together have this probability; all if 1. Holtzman et al.
    /// 2020, “The curious case of neural text degeneration”, section 3.1.</summary>
    public double TopP { get; init; } = 1;
    /// <summary>Decides the draws.</summary>
    public ulong Seed { get; init; }
    /// <summary>After so many tokens it is enough.</summary>
    public int MaxTokens { get; init; } = 256;
    /// <summary>Tokens that end the text; they are not part of it.</summary>
    public IReadOnlySet<int> StopTokens { get; init; } = new HashSet<int>();

    /// <summary>Sees to it that every value is in its range.</summary>
    /// <exception cref="NativeSslException">One is not; the message names it.</exception>
    public void Check()
    {
        if (!(Temperature >= 0 && double.IsFinite(Temperature)))
            throw new NativeSslException($"Temperature is {Temperature}; it must be 0 (greedy) or more.");
        if (TopK < 1) throw new NativeSslException($"TopK is {TopK}; at least one token must be left.");
        if (!(TopP > 0 && TopP <= 1)) throw new NativeSslException($"TopP is {TopP}; it must be more than 0 and at most 1.");
        if (MaxTokens < 0) throw new NativeSslException($"MaxTokens is {MaxTokens}; it cannot be negative.");
    }
}
