namespace NativeSsl.Tests.Ops;

static class Attention
{
    const float Never = float.NegativeInfinity;

    public static OpSpec[] Specs =>
    [
        Cross("attention", new(2, 2, 5, 3, 4)),
        Cross("attention of one query to one key", new(1, 1, 1, 1, 3)),
        Cross("attention over keys of more than one register", new(1, 2, 2, 33, 5)),
        Cross("attention over keys of more than one panel", new(1, 1, 7, 67, 3)),
        Cross("attention with heads wider than a panel", new(1, 1, 2, 3, 67)),
        Cross("attention with queries of more than one block", new(1, 1, 67, 2, 2)),
        Cross("attention, few queries at the end of many keys, causal", new(1, 2, 3, 20, 3) { Causal = true }),
        Cross("attention, more queries than keys, causal", new(1, 1, 9, 4, 3) { Causal = true }),
        Cross("attention with a scale", new(1, 2, 3, 4, 5) { Scale = -0.7f }),
        Cross("attention with key lengths", new(3, 2, 2, 5, 3) { KeyLengths = [0, 5, 2] }),
        Cross("attention with key lengths, causal", new(3, 1, 7, 7, 2) { KeyLengths = [7, 1, 4], Causal = true }),
        Cross("attention of a query to a cache", new(2, 2, 1, 6, 3) { KeyCount = 4, KeyLengths = [4, 3], Causal = true }),
        Cross("attention with dropout", new(2, 2, 3, 7, 3) { Dropout = 0.4f }),
        Cross("attention with dropout, causal, key lengths", new(2, 1, 19, 19, 2) { Dropout = 0.2f, Causal = true, KeyLengths = [19, 17] }),
        Cross("attention with a bias", new(2, 2, 3, 5, 3), [2, 2, 3, 5]),
        Cross("attention with a bias that samples share", new(3, 2, 2, 5, 2), [1, 2, 2, 5]),
        Cross("attention with a bias that heads share", new(2, 3, 2, 5, 2), [2, 1, 2, 5]),
        Cross("attention with a bias that all share, and everything else",
            new(2, 2, 5, 6, 2) { Causal = true, KeyLengths = [6, 3], Dropout = 0.3f, Scale = 0.4f }, [1, 1, 5, 6]),
        // A score of 700 is rounded by up to 3·10⁻⁵ before it goes into an exponential: the values cannot be better than that.
        Cross("attention with scores of several hundred", new(1, 2, 5, 7, 4) { Scale = 0.25f }) with
            { Scale = 30, Tolerance = 6e-5, GradientTolerance = 2e-4 },
        // Rows 0 and 1 of 4 see some keys, row 2 none at all, row 3 only one.
        Cross("attention with a bias of minus infinity", new(1, 1, 4, 3, 2)
            { Hidden = [0, Never, 0, Never, 0, 0, Never, Never, Never, Never, 0, Never] }),

        Self("self-attention", new(2, 2, 5, 5, 3)),
        Self("self-attention, causal", new(2, 2, 7, 7, 4) { Causal = true }),
        Self("self-attention of one step, causal", new(2, 1, 1, 1, 5) { Causal = true }),
        Self("self-attention with a width of 33, causal", new(1, 1, 3, 3, 33) { Causal = true }),
        Self("self-attention of 33 steps, causal", new(1, 1, 33, 33, 2) { Causal = true }),
        Self("self-attention of 67 steps, causal, key lengths", new(1, 1, 67, 67, 1) { Causal = true, KeyLengths = [61] }),
        Self("self-attention of 130 steps in several units, causal", new(1, 1, 130, 130, 1) { Causal = true }),
        Self("self-attention of 270 steps in two blocks of keys, causal", new(1, 1, 270, 270, 1) { Causal = true }),
        Cross("attention over two blocks of keys, with everything",
            new(1, 1, 4, 290, 2) { Causal = true, KeyLengths = [288], Dropout = 0.3f, Scale = 0.7f }, [1, 1, 4, 290]),
        Self("self-attention with dropout, causal", new(1, 2, 9, 9, 2) { Causal = true, Dropout = 0.5f }),
        Self("self-attention with everything",
            new(2, 2, 4, 4, 3) { Causal = true, KeyLengths = [4, 2], Dropout = 0.3f, Scale = 1.3f }, [1, 2, 4, 4]),

        Memory("attention to a memory", new(2, 2, 3, 5, 4)),
        Memory("attention to a memory of one key", new(1, 3, 4, 1, 2)),
        Memory("attention to a memory with key lengths, a scale and dropout", new(3, 2, 2, 35, 3) { KeyLengths = [0, 35, 7], Scale = 1f, Dropout = 0.3f }),
        Memory("attention to the first keys of a memory, with a bias", new(2, 2, 3, 6, 3) { KeyCount = 4 }, [1, 2, 3, 4]),
    ];

    /// <summary>Sizes and options of one case.</summary>
    internal sealed record Case(int Batch, int Heads, int Queries, int Keys, int Width)
    {
        public bool Causal { get; init; }
        public int[]? KeyLengths { get; init; }
        public int? KeyCount { get; init; }
        public float Dropout { get; init; }
        public float? Scale { get; init; }
        /// <summary>A bias that is no input of the spec, [1, 1, queries, keys].</summary>
        public float[]? Hidden { get; init; }

        internal int Seen => KeyCount ?? Keys;

        internal AttentionOptions Options(IBackend backend, Tensor? bias) => new()
        {
            Causal = Causal, Dropout = Dropout, Scale = Scale, KeyCount = KeyCount,
            KeyLengths = KeyLengths is null ? null : Indices.From(backend, [Batch], KeyLengths),
            Bias = Hidden is null ? bias : Tensor.From(backend, [1, 1, Queries, Seen], Hidden),
        };
    }

    static OpSpec Cross(string name, Case c, Shape? bias = null) => new(name,
        [[c.Batch, c.Queries, c.Heads, c.Width], [c.Batch, c.Keys, c.Heads, c.Width],
            [c.Batch, c.Keys, c.Heads, c.Width], .. Optional(bias)],
        x => x[0].Attention(x[1], x[2], c.Options(x[0].Backend, x.ElementAtOrDefault(3))),
        x => Textbook(c, x[0], x[1], x[2], x.ElementAtOrDefault(3), bias)) { Training = true };

    static OpSpec Memory(string name, Case c, Shape? bias = null) => new(name,
        [[c.Batch, c.Queries, c.Heads, c.Width], [c.Batch, c.Keys, 2, c.Heads, c.Width], .. Optional(bias)],
        x => x[0].CrossAttention(x[1], c.Options(x[0].Backend, x.ElementAtOrDefault(2))),
        x => Textbook(c, x[0], Part(c, x[1], 2, 0), Part(c, x[1], 2, 1), x.ElementAtOrDefault(2), bias)) { Training = true };

    static OpSpec Self(string name, Case c, Shape? bias = null) => new(name,
        [[c.Batch, c.Queries, 3, c.Heads, c.Width], .. Optional(bias)],
        x => x[0].SelfAttention(c.Options(x[0].Backend, x.ElementAtOrDefault(1))),
        x => Textbook(c, Part(c, x[0], 3, 0), Part(c, x[0], 3, 1), Part(c, x[0], 3, 2), x.ElementAtOrDefault(1), bias)) { Training = true };

    static Shape[] Optional(Shape? shape) => shape is { } given ? [given] : [];

    static double[] Part(Case c, double[] packed, int parts, int which) =>
        [.. packed.Chunk(c.Heads * c.Width).Where((_, i) => i % parts == which).SelectMany(row => row)];

    // Vaswani et al. 2017, equation 1, one query at a time.
    internal static double[] Textbook(Case c, double[] q, double[] k, double[] v, double[]? bias, Shape? biasShape)
    {
        double[] o = new double[q.Length];
        double scale = c.Scale ?? (double)(1f / MathF.Sqrt(c.Width));
        for (int b = 0; b < c.Batch; b++)
            for (int h = 0; h < c.Heads; h++)
                for (int i = 0; i < c.Queries; i++)
                {
                    double[] scores = [.. Enumerable.Range(0, c.Seen).Select(j => Sees(b, i, j)
                        ? scale * Enumerable.Range(0, c.Width).Sum(n => q[At(b, i, h, n, c.Queries)] * k[At(b, j, h, n, c.Keys)])
                            + Bias(b, h, i, j)
                        : double.NegativeInfinity)];
                    double max = scores.Append(double.NegativeInfinity).Max();
                    if (double.IsNegativeInfinity(max)) continue;
                    double total = scores.Sum(s => Math.Exp(s - max));
                    for (int j = 0; j < c.Seen; j++)
                        for (int n = 0; n < c.Width; n++)
                            o[At(b, i, h, n, c.Queries)] += Math.Exp(scores[j] - max) / total
                                * Kept(c, b, h, i, j) * v[At(b, j, h, n, c.Keys)];
                }
        return o;

        long At(int b, int time, int h, int n, int times) => (((long)b * times + time) * c.Heads + h) * c.Width + n;

        bool Sees(int b, int i, int j) => (c.KeyLengths is null || j < c.KeyLengths[b]) && (!c.Causal || j <= i + c.Seen - c.Queries);

        double Bias(int b, int h, int i, int j) => c.Hidden is { } hidden ? hidden[i * c.Seen + j]
            : bias is null || biasShape is not { } s ? 0
            : bias[(((s[0] == 1 ? 0 : b) * s[1] + (s[1] == 1 ? 0 : h)) * c.Queries + i) * c.Seen + j];
    }

    // The first stream of step 3 under seed 5: four keys share a block of random numbers.
    internal static double Kept(Case c, int b, int h, int i, int j)
    {
        if (c.Dropout == 0) return 1;
        var (r0, r1, r2, r3) = Philox.Block(5, 3UL << 24, ((ulong)((b * c.Heads + h) * c.Queries + i) << 24) + (ulong)(j / 4));
        uint bits = (j % 4) switch { 0 => r0, 1 => r1, 2 => r2, _ => r3 };
        return bits / 4294967296.0 < c.Dropout ? 0 : 1 / (1 - (double)c.Dropout);
    }
}
