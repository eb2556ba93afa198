namespace NativeSsl;

/// <summary>
/// Short windows first, long ones from then on: in a short one there is little to look at, and what belongs to a gap is found soon; that is then known in long ones. Press, Smith &amp; Lewis 2021,
/// “Shortformer: better language modeling using shorter inputs”, section 3 (staged training).
/// </summary>
/// <param name="first">Short windows.</param>
/// <param name="steps">How many draws are short ones.</param>
/// <param name="then">Long windows.</param>
public sealed class StagedWindows(SpanCorruptionWindows first, long steps, SpanCorruptionWindows then) : IViewSource
{
    /// <inheritdoc/>
    public Views Draw(long draw) => draw < steps ? first.Draw(draw) : then.Draw(draw - steps);

    /// <summary>The whole text in long windows.</summary>
    public IEnumerable<Views> Everything() => then.Everything();

    /// <summary>As of the long windows.</summary>
    public long? DrawsPerEpoch => then.DrawsPerEpoch;
}
