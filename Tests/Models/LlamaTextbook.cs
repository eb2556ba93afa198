namespace NativeSsl.Tests.Models;

/// <summary>
/// The decoder as the papers have it, position by position and in doubles: Touvron et al. 2023, section 2.2; Su et al. 2021, equation 34; Shazeer 2020,
/// equation 6; Ainslie et al. 2023, section 2.2. Each fault is a mistake that is easily made.
/// </summary>
sealed class LlamaTextbook(Llama.Config config, IReadOnlyDictionary<string, double[]> weights)
{
    public enum Fault { None, HeadsDealtOut, MeanTakenAway, ValuesTurned, GateSwapped, PositionsDoubled, NormBehind }

    public Fault With { get; init; }

    readonly int _width = config.Width, _heads = config.Heads, _keyHeads = config.KeyHeads ?? config.Heads, _size = config.Width / config.Heads;

    double[] W(string name) => weights[name];

    static double[] Times(double[] matrix, double[] x) => [.. Enumerable.Range(0, matrix.Length / x.Length).Select(row =>
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += matrix[row * x.Length + i] * x[i];
        return sum;
    })];

    double[] Norm(double[] x, double[] gamma)
    {
        double mean = With == Fault.MeanTakenAway ? x.Average() : 0, square = x.Average(v => (v - mean) * (v - mean));
        return [.. x.Select((v, i) => gamma[i] * (v - mean) / Math.Sqrt(square + config.Epsilon))];
    }

    double[] Rotate(double[] x, int position)
    {
        double[] y = new double[x.Length];
        int m = With == Fault.PositionsDoubled ? position * 2 : position;
        for (int start = 0; start < x.Length; start += _size)
            for (int i = 0; i < _size / 2; i++)
            {
                int a = start + (config.RotaryHalves ? i : 2 * i), b = config.RotaryHalves ? a + _size / 2 : a + 1;
                double angle = m * Math.Pow(config.FrequencyBase, -2.0 * i / _size);
                y[a] = x[a] * Math.Cos(angle) - x[b] * Math.Sin(angle);
                y[b] = x[a] * Math.Sin(angle) + x[b] * Math.Cos(angle);
            }
        return y;
    }

    double[] Attend(double[][] queries, double[][] keys, double[][] values, int position)
    {
        double[] y = new double[_width];
        for (int head = 0; head < _heads; head++)
        {
            int shared = With == Fault.HeadsDealtOut ? head % _keyHeads : head / (_heads / _keyHeads);
            double[] scores = [.. Enumerable.Range(0, position + 1).Select(t =>
                Enumerable.Range(0, _size).Sum(i => queries[position][head * _size + i] * keys[t][shared * _size + i]) / Math.Sqrt(_size))];
            double[] exp = [.. scores.Select(s => Math.Exp(s - scores.Max()))];
            for (int t = 0; t <= position; t++)
                for (int i = 0; i < _size; i++) y[head * _size + i] += exp[t] / exp.Sum() * values[t][shared * _size + i];
        }
        return y;
    }

    /// <summary>The logits of a text, <c>[time, vocabulary]</c>.</summary>
    public double[] Logits(int[] tokens)
    {
        double[][] x = [.. tokens.Select(token => W("tokens.weight")[(token * _width)..((token + 1) * _width)])];
        for (int layer = 0; layer < config.Layers; layer++)
        {
            string block = $"blocks.{layer}.";
            double[] Of(string part, double[] input) => Times(W($"{block}{part}.weight"), input);
            double[][] read = [.. x.Select(row => Norm(row, W($"{block}norm1.weight")))];
            double[][] queries = [.. read.Select((row, m) => Rotate(Of("attention.query", row), m))], keys = [.. read.Select((row, m) => Rotate(Of("attention.key", row), m))],
                values = [.. read.Select((row, m) => With == Fault.ValuesTurned ? Rotate(Of("attention.value", row), m) : Of("attention.value", row))];
            x = [.. x.Select((row, m) => Sum(row, Of("attention.output", Attend(queries, keys, values, m))))];
            x = [.. x.Select(row =>
            {
                double[] normed = Norm(row, W($"{block}norm2.weight")), gate = Of("feed_forward.gate", normed), expand = Of("feed_forward.expand", normed);
                if (With == Fault.GateSwapped) (gate, expand) = (expand, gate);
                return Sum(With == Fault.NormBehind ? normed : row, Of("feed_forward.contract", [.. gate.Zip(expand, (g, e) => g / (1 + Math.Exp(-g)) * e)]));
            })];
        }
        double[] head = W(config.TiedHead ? "tokens.weight" : "head.weight");
        return [.. x.SelectMany(row => Times(head, Norm(row, W("norm.weight"))))];
    }

    static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (u, v) => u + v)];
}
