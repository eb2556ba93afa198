namespace NativeSsl;

/// <summary>A sample as a text encoder reads it, before any word is covered.</summary>
/// <param name="Tokens">With their marks.</param>
/// <param name="Segments">0 for the first text, 1 for the second.</param>
/// <param name="Label">Of two texts: 0 if the second follows the first, 1 if it does not.</param>
public sealed record TextSample(int[] Tokens, int[] Segments, int Label = 0)
{
    /// <summary>One text: begin a … separator.</summary>
    public static TextSample Of(TextMarks marks, ReadOnlySpan<int> text) => new([marks.Begin, .. text, marks.Separator], new int[text.Length + 2]);

    /// <summary>Two texts: begin a … separator b … separator.</summary>
    public static TextSample Of(TextMarks marks, ReadOnlySpan<int> a, ReadOnlySpan<int> b, int label = 0)
    {
        int[] segments = new int[a.Length + b.Length + 3];
        segments.AsSpan(a.Length + 2).Fill(1);
        return new([marks.Begin, .. a, marks.Separator, .. b, marks.Separator], segments, label);
    }

    /// <summary>Two texts in the room of a context: of the longer one the end is left out, a token at a time.</summary>
    /// <exception cref="ShapeException">The context has no room for two tokens and their marks.</exception>
    public static TextSample Fitted(TextMarks marks, ReadOnlySpan<int> a, ReadOnlySpan<int> b, int context)
    {
        if (context < 5) throw new ShapeException($"TextSample: a context of {context} has no room for two texts and three marks.");
        (int first, int second) = Kept(a.Length, b.Length, context - 3);
        return Of(marks, a[..first], b[..second]);
    }

    /// <summary>How many tokens of two texts there is room for: as if the last token of the longer one were taken away, of the second if they are as long, until both fit.</summary>
    internal static (int A, int B) Kept(int a, int b, int room)
    {
        if (a + b <= room) return (a, b);
        int half = room / 2;
        if (b <= half) return (room - b, b);
        return a <= room - half ? (a, room - a) : (room - half, half);
    }

    /// <summary>Samples side by side: tokens <c>[batch, time]</c>, segments <c>[batch, time]</c> and lengths <c>[batch]</c>, where time is that of the longest.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="samples">At least one.</param>
    /// <param name="padding">The token behind the end of shorter ones.</param>
    public static (Indices Tokens, Indices Segments, Indices Lengths) Batch(IBackend backend, IReadOnlyList<TextSample> samples, int padding)
    {
        int time = samples.Max(sample => sample.Tokens.Length);
        int[] tokens = new int[samples.Count * time], segments = new int[samples.Count * time];
        tokens.AsSpan().Fill(padding);
        for (int i = 0; i < samples.Count; i++)
        {
            samples[i].Tokens.CopyTo(tokens, i * time);
            samples[i].Segments.CopyTo(segments, i * time);
        }
        return (Indices.From(backend, [samples.Count, time], tokens), Indices.From(backend, [samples.Count, time], segments),
            Indices.From(backend, [samples.Count], [.. samples.Select(sample => sample.Tokens.Length)]));
    }
}
