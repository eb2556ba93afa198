namespace NativeSsl;

/// <summary>
/// What is new, and every so often a batch of what was learned before, so that it is not forgotten. Robins 1995, “Catastrophic forgetting, rehearsal and pseudorehearsal”. Both are of the kind whose
/// draws depend on seed and number alone.
/// </summary>
/// <param name="fresh">What is new.</param>
/// <param name="before">What was learned before.</param>
/// <param name="every">Of this many batches the last is an old one; at least 2.</param>
public sealed class Rehearsal(IViewSource fresh, IViewSource before, int every) : IViewSource
{
    readonly int _every = every >= 2 ? every : throw new NativeSslException($"Rehearsal: every is {every}; at least 2 is needed, of which one batch is new and one old. 4 is usual.");

    /// <inheritdoc/>
    public Views Draw(long draw)
    {
        (long round, long place) = Math.DivRem(draw, _every);
        return place == _every - 1 ? before.Draw(round) : fresh.Draw(round * (_every - 1) + place);
    }

    /// <summary>All that is new.</summary>
    public IEnumerable<Views> Everything() => fresh.Everything();

    /// <summary>How many draws go once through what is new, rounded up.</summary>
    public long? DrawsPerEpoch => fresh.DrawsPerEpoch is { } draws ? draws + (draws - 1) / (_every - 1) : null;
}
