namespace NativeSsl;

/// <summary>A text with spans cut out, and what a model wrote in their place.</summary>
/// <param name="Inputs">The text with its sentinels, the end included.</param>
/// <param name="Spans">For each span in order: what stood there, and what was written.</param>
public sealed record FilledSpans(int[] Inputs, IReadOnlyList<(int[] Wanted, int[] Written)> Spans)
{
    /// <summary>How many spans were written without a mistake.</summary>
    public int Right => Spans.Count(span => span.Wanted.AsSpan().SequenceEqual(span.Written));

    /// <summary>What a model writes into the gaps of some windows, always the likeliest token. Raffel et al. 2020, section 3.1.4.</summary>
    /// <param name="model">Reads and writes.</param>
    /// <param name="corruption">Which tokens are sentinels, and which is the end.</param>
    /// <param name="windows">Inputs <c>[windows, length]</c> and targets <c>[windows, time]</c>, as <see cref="SpanCorruptionWindows"/> has them.</param>
    /// <param name="padding">What writing begins with.</param>
    public static IReadOnlyList<FilledSpans> Of(SequenceModel model, SpanCorruption corruption, Views windows, int padding)
    {
        (Indices inputs, Indices targets) = (windows.Indices[0], windows.Indices[1]);
        var options = new BeamOptions { Beams = 1, MaxTokens = targets.Shape[1], Start = padding, End = corruption.End };
        IReadOnlyList<IReadOnlyList<Hypothesis>> written = model.BeamSearch(inputs, options, windows.Indices.ElementAtOrDefault(2));
        return [.. written.Select((texts, row) =>
        {
            int[] read = Row(inputs, row);
            Dictionary<int, int[]> wanted = corruption.Spans(Row(targets, row)), said = corruption.Spans([.. texts[0].Tokens]);
            return new FilledSpans(read, [.. read.Where(corruption.IsSentinel).Select(sentinel => (wanted[sentinel], said.GetValueOrDefault(sentinel, [])))]);
        })];
    }

    static int[] Row(Indices indices, int row) => indices.Values.Slice(row * indices.Shape[1], indices.Shape[1]).ToArray();
}
