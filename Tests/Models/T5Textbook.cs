namespace NativeSsl.Tests.Models;

/// <summary>T5 loop by loop, in doubles, one sample without padding at a time: Raffel et al. 2020, section 2.1, as the published code computes it.</summary>
sealed class T5Textbook(T5.Config config, IReadOnlyDictionary<string, double[]> weights)
{
    internal static Dictionary<string, double[]> WeightsOf(T5 model) =>
        model.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray().Select(v => (double)v).ToArray());

    internal double[][] Encode(int[] tokens) => Stack("encoder", config.Layers, tokens, null);

    internal double[][] Logits(int[] written, double[][] memory)
    {
        double[][] h = Stack("decoder", config.DecoderLayers ?? config.Layers, written, memory);
        if (!config.Tied) return Product(h, weights["head"], 0, config.Vocabulary);
        foreach (double[] row in h) for (int i = 0; i < row.Length; i++) row[i] *= Math.Pow(config.Width, -0.5);
        return Product(h, weights["tokens.weight"], 0, config.Vocabulary);
    }

    internal double Loss(int[] inputs, int[] targets)
    {
        double[][] logits = Logits([0, .. targets[..^1]], Encode(inputs));
        return targets.Select((target, t) => Math.Log(logits[t].Sum(Math.Exp)) - logits[t][target]).Average();
    }

    double[][] Stack(string name, int layers, int[] tokens, double[][]? memory)
    {
        double[][] x = [.. tokens.Select(token => weights["tokens.weight"][(token * config.Width)..((token + 1) * config.Width)])];
        for (int layer = 0; layer < layers; layer++)
        {
            string block = $"{name}.blocks.{layer}";
            int inner = config.Heads * config.HeadWidth;
            double[][] y = Norm(x, weights[$"{block}.norm1.weight"]);
            double[] project = weights[$"{block}.attention.project.weight"];
            double[][] gathered = Attention(Product(y, project, 0, inner), Product(y, project, inner, inner), Product(y, project, 2 * inner, inner),
                (h, i, j) => memory is not null && j > i ? double.NegativeInfinity
                    : weights[$"{name}.relative_bias.weight"][Bucket(j - i, memory is null) * config.Heads + h]);
            x = Sum(x, Product(gathered, weights[$"{block}.attention.output.weight"], 0, config.Width));
            if (memory is not null)
            {
                y = Norm(x, weights[$"{block}.cross_norm.weight"]);
                double[] both = weights[$"{block}.cross.memory.weight"];
                gathered = Attention(Product(y, weights[$"{block}.cross.query.weight"], 0, inner), Product(memory, both, 0, inner),
                    Product(memory, both, inner, inner), (_, _, _) => 0);
                x = Sum(x, Product(gathered, weights[$"{block}.cross.output.weight"], 0, config.Width));
            }
            y = Norm(x, weights[$"{block}.norm2.weight"]);
            int hidden = config.Hidden ?? 4 * config.Width;
            double[][] expanded = Product(y, weights[$"{block}.feed_forward.expand.weight"], 0, hidden);
            double[][]? gate = config.Gated ? Product(y, weights[$"{block}.feed_forward.gate.weight"], 0, hidden) : null;
            double[][] between = [.. expanded.Select((row, t) => row.Select((v, i) => gate is null ? Math.Max(0, v) : Gelu(gate[t][i]) * v).ToArray())];
            x = Sum(x, Product(between, weights[$"{block}.feed_forward.contract.weight"], 0, config.Width));
        }
        return Norm(x, weights[$"{name}.norm.weight"]);
    }

    static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

    double[][] Norm(double[][] x, double[] gamma) =>
        [.. x.Select(row => row.Select((v, i) => gamma[i] * v / Math.Sqrt(row.Average(u => u * u) + config.Epsilon)).ToArray())];

    static double[][] Sum(double[][] a, double[][] b) => [.. a.Zip(b, (p, q) => p.Zip(q, (u, v) => u + v).ToArray())];

    static double[][] Product(double[][] x, double[] weight, int first, int rows) => [.. x.Select(row => Enumerable.Range(first, rows)
        .Select(r => row.Select((v, i) => v * weight[r * row.Length + i]).Sum()).ToArray())];

    // Scores are not divided by anything.
    double[][] Attention(double[][] q, double[][] k, double[][] v, Func<int, int, int, double> bias)
    {
        int d = config.HeadWidth;
        double[][] o = [.. q.Select(row => new double[row.Length])];
        for (int h = 0; h < config.Heads; h++)
            for (int i = 0; i < q.Length; i++)
            {
                double[] p = [.. k.Select((key, j) => Math.Exp(Enumerable.Range(h * d, d).Sum(n => q[i][n] * key[n]) + bias(h, i, j)))];
                double total = p.Sum();
                for (int j = 0; j < k.Length; j++)
                    for (int n = h * d; n < (h + 1) * d; n++) o[i][n] += p[j] / total * v[j][n];
            }
        return o;
    }

    int Bucket(int distance, bool bidirectional) => Bucket(distance, bidirectional, config.Buckets, config.MaxDistance);

    // mesh-tensorflow's _relative_position_bucket with its powers instead of logarithms: bucket m begins at e (max/e)^((m − e)/(b − e)).
    internal static int Bucket(int distance, bool bidirectional, int buckets, int maxDistance)
    {
        int result = 0, n = -distance;
        if (bidirectional)
        {
            buckets /= 2;
            if (n < 0) result += buckets;
            n = Math.Abs(n);
        }
        else n = Math.Max(n, 0);
        int exact = buckets / 2;
        if (n < exact) return result + n;
        int m = exact;
        while (m + 1 < buckets && exact * Math.Pow((double)maxDistance / exact, (m + 1.0 - exact) / (buckets - exact)) <= n + 1e-9) m++;
        return result + m;
    }
}
