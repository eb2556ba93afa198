namespace NativeSsl;

/// <summary>Texts as tokens, ready to be read in batches.</summary>
sealed class TextBatches
{
    readonly IReadOnlyList<TextSample> _texts;
    readonly int _padding;

    internal TextBatches(IBackend backend, IReadOnlyList<TextSample> texts, int padding) => (Backend, _texts, _padding) = (backend, texts, padding);

    internal TextBatches(IBackend backend, int context, TextFrame marks, IReadOnlyList<string> texts, IReadOnlyList<string>? seconds = null)
        : this(backend, [.. texts.Select((text, i) => marks.Sample(text, seconds?[i], context))], marks.Padding) { }

    internal IBackend Backend { get; }
    internal int Count => _texts.Count;

    /// <summary>How many tokens each text has.</summary>
    internal int[] Lengths => [.. _texts.Select(text => text.Tokens.Length)];

    /// <summary>Some of the texts, as long as the longest of them: <c>[places, time]</c>, the same, and <c>[places]</c>.</summary>
    internal (Indices Tokens, Indices Segments, Indices Lengths) At(IEnumerable<int> places) =>
        TextSample.Batch(Backend, [.. places.Select(place => _texts[place])], _padding);

    /// <summary>What a function makes of all texts, one row each: in evaluation mode, without a tape, texts of like lengths together.</summary>
    /// <param name="name">Named in errors.</param>
    /// <param name="rows">Tokens, segments and lengths of some texts to <c>[texts, width]</c>.</param>
    /// <param name="batch">How many texts go through at once.</param>
    /// <returns>The rows in the order of the texts, and their width.</returns>
    internal (float[] Values, int Width) Rows(string name, Func<Indices, Indices, Indices, Tensor> rows, int batch)
    {
        if (Count == 0) throw new NativeSslException($"{name}: there are no texts.");
        // The longest come first: if there is no room for a batch, that is known at once.
        int[] order = [.. Enumerable.Range(0, Count).OrderByDescending(i => _texts[i].Tokens.Length).ThenBy(i => i)];
        float[] values = [];
        int width = 0;
        foreach (ReadOnlyMemory<int> some in NativeSsl.Features.Batches(Count, batch))
        {
            int[] places = order[some.Span[0]..(some.Span[^1] + 1)];
            using Step step = new(Backend);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            (Indices tokens, Indices segments, Indices lengths) = At(places);
            Tensor made = rows(tokens, segments, lengths);
            if (made.Shape.Rank != 2 || made.Shape[0] != places.Length)
                throw new ShapeException($"{name}: {places.Length} texts gave shape {made.Shape}; one row for each is needed.");
            width = made.Shape[1];
            if (values.Length == 0) values = new float[checked(Count * width)];
            float[] host = made.ToArray();
            for (int i = 0; i < places.Length; i++) host.AsSpan(i * width, width).CopyTo(values.AsSpan(places[i] * width));
        }
        if (values.AsSpan().IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is >= 0 and int place)
            throw new NativeSslException($"{name}: feature {place % width} of text {place / width} is {values[place]}. " +
                "The network has diverged: take an earlier checkpoint.");
        return (values, width);
    }
}
