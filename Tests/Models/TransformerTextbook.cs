namespace NativeSsl.Tests.Models;

/// <summary>y = W x + b in doubles, W as <c>[out][in]</c>.</summary>
sealed record Affine(double[][] W, double[] B)
{
    public double[] Of(double[] x)
    {
        double[] y = new double[W.Length];
        for (int o = 0; o < y.Length; o++)
        {
            y[o] = B[o];
            for (int i = 0; i < x.Length; i++) y[o] += W[o][i] * x[i];
        }
        return y;
    }
}

/// <summary>Layer norm of one row in doubles.</summary>
sealed record Normed(double[] Gamma, double[] Beta)
{
    public double[] Of(double[] x, double epsilon)
    {
        double mean = 0, variance = 0;
        foreach (double v in x) mean += v / x.Length;
        foreach (double v in x) variance += (v - mean) * (v - mean) / x.Length;
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i++) y[i] = Gamma[i] * (x[i] - mean) / Math.Sqrt(variance + epsilon) + Beta[i];
        return y;
    }
}

/// <summary>The weights of one block, with queries, keys and values apart.</summary>
sealed record TextbookBlock(Affine Query, Affine Key, Affine Value, Affine Output, Normed Norm1, Affine Up, Affine Down, Normed Norm2);

/// <summary>
/// A transformer, loop by loop in doubles, from weights by role: BERT's as figure 1 of Vaswani et al. 2017 has it (encoder, left), with an embedding that
/// is normalised; GPT-2's with the norms where its section 2.3 says.
/// </summary>
sealed class TransformerTextbook
{
    public required double[][] Words { get; init; }
    public required double[][] Positions { get; init; }
    public double[][]? Segments { get; init; }
    /// <summary>Of the embedding if blocks end with norms, of the last block's result if they begin with them.</summary>
    public required Normed Norm { get; init; }
    public required TextbookBlock[] Blocks { get; init; }
    public required int Heads { get; init; }
    public required double Epsilon { get; init; }
    public required Func<double, double> Activation { get; init; }
    /// <summary>GPT-2 rather than BERT: norms first, and no position sees a later one.</summary>
    public bool Causal { get; init; }
    public int FirstPosition { get; init; }

    /// <summary>Features of one text, of which <paramref name="length"/> tokens are no padding.</summary>
    public double[][] Features(int[] tokens, int[]? segments = null, int? length = null)
    {
        double[][] x = [.. tokens.Select((token, t) => Words[token].Select((v, i) =>
            v + Positions[FirstPosition + t][i] + (Segments is null ? 0 : Segments[segments?[t] ?? 0][i])).ToArray())];
        if (!Causal) x = [.. x.Select(row => Norm.Of(row, Epsilon))];
        foreach (TextbookBlock block in Blocks)
        {
            double[][] read = Causal ? [.. x.Select(row => block.Norm1.Of(row, Epsilon))] : x;
            double[][] attended = Attend(block, read, length ?? tokens.Length);
            for (int t = 0; t < x.Length; t++)
            {
                double[] a = Plus(x[t], block.Output.Of(attended[t]));
                if (!Causal) a = block.Norm1.Of(a, Epsilon);
                double[] hidden = [.. block.Up.Of(Causal ? block.Norm2.Of(a, Epsilon) : a).Select(Activation)];
                double[] y = Plus(a, block.Down.Of(hidden));
                x[t] = Causal ? y : block.Norm2.Of(y, Epsilon);
            }
        }
        return Causal ? [.. x.Select(row => Norm.Of(row, Epsilon))] : x;
    }

    double[][] Attend(TextbookBlock block, double[][] x, int keys)
    {
        (double[][] q, double[][] k, double[][] v) = ([.. x.Select(block.Query.Of)], [.. x.Select(block.Key.Of)], [.. x.Select(block.Value.Of)]);
        int features = x[0].Length, width = features / Heads;
        double[][] result = [.. x.Select(_ => new double[features])];
        for (int head = 0; head < Heads; head++)
            for (int t = 0; t < x.Length; t++)
            {
                int seen = Causal ? Math.Min(keys, t + 1) : keys;
                double[] weights = new double[seen];
                double sum = 0;
                for (int j = 0; j < seen; j++)
                {
                    double score = 0;
                    for (int i = head * width; i < (head + 1) * width; i++) score += q[t][i] * k[j][i];
                    sum += weights[j] = Math.Exp(score / Math.Sqrt(width));
                }
                for (int j = 0; j < seen; j++)
                    for (int i = head * width; i < (head + 1) * width; i++) result[t][i] += weights[j] / sum * v[j][i];
            }
        return result;
    }

    public static double[] Plus(double[] a, double[] b) => [.. a.Zip(b, (u, v) => u + v)];

    /// <summary>BERT, from tensors under our names.</summary>
    public static TransformerTextbook OfOurs(Bert.Config config, Func<string, double[]> get)
    {
        var ours = new Ours(config.Width, get, HasBias: true);
        return new TransformerTextbook
        {
            Words = ours.Rows("tokens"), Positions = ours.Rows("positions"), Segments = ours.Rows("segments"), Norm = ours.Norm("norm"), Heads = config.Heads,
            Epsilon = config.Epsilon, Activation = Ops.Activations.GeluErf, FirstPosition = config.FirstPosition,
            Blocks = [.. Enumerable.Range(0, config.Layers).Select(i => ours.Block($"blocks.{i}", config.Hidden ?? 4 * config.Width))],
        };
    }

    /// <summary>GPT-2, from tensors under our names.</summary>
    public static TransformerTextbook OfOurs(Gpt.Config config, Func<string, double[]> get)
    {
        var ours = new Ours(config.Width, get, config.Bias);
        return new TransformerTextbook
        {
            Words = ours.Rows("tokens"), Positions = ours.Rows("positions"), Norm = ours.Norm("norm"), Heads = config.Heads, Causal = true, Epsilon = 1e-5, Activation = Ops.Activations.Gelu,
            Blocks = [.. Enumerable.Range(0, config.Layers).Select(i => ours.Block($"blocks.{i}", 4 * config.Width))],
        };
    }

    sealed record Ours(int Width, Func<string, double[]> Get, bool HasBias)
    {
        public double[][] Rows(string name) => [.. Get($"{name}.weight").Chunk(Width)];

        public Normed Norm(string name) => new(Get($"{name}.weight"), HasBias ? Get($"{name}.bias") : new double[Width]);

        public TextbookBlock Block(string name, int hidden) => new(
            Third($"{name}.attention.project", 0), Third($"{name}.attention.project", 1), Third($"{name}.attention.project", 2),
            Linear($"{name}.attention.output", Width), Norm($"{name}.norm1"), Linear($"{name}.feed_forward.expand", Width),
            Linear($"{name}.feed_forward.contract", hidden), Norm($"{name}.norm2"));

        Affine Linear(string name, int inputs)
        {
            double[][] weight = [.. Get($"{name}.weight").Chunk(inputs)];
            return new(weight, HasBias ? Get($"{name}.bias") : new double[weight.Length]);
        }

        Affine Third(string name, int third)
        {
            Affine all = Linear(name, Width);
            return new(all.W[(third * Width)..((third + 1) * Width)], all.B[(third * Width)..((third + 1) * Width)]);
        }
    }
}
