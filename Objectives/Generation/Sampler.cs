namespace NativeSsl;

/// <summary>Chooses a token from logits.</summary>
public static class Sampler
{
    // A stream of its own, apart from those of training.
    const ulong Stream = 0xFFFF_FD00_0000_0000;

    /// <summary>The likeliest token, or one drawn at random from the likely ones; a function of logits, options and place.</summary>
    /// <param name="logits"><c>[vocabulary]</c></param>
    /// <param name="options">Temperature, how many, seed.</param>
    /// <param name="place">The number of the draw.</param>
    /// <exception cref="NativeSslException">A logit is NaN.</exception>
    public static int Choose(ReadOnlySpan<float> logits, SamplingOptions options, long place)
    {
        int[] order = new int[logits.Length];
        float[] keys = new float[logits.Length];
        for (int i = 0; i < order.Length; i++)
        {
            if (float.IsNaN(logits[i]))
                throw new NativeSslException($"Sampler: the logit of token {i} is NaN; was the model trained to the end?");
            (order[i], keys[i]) = (i, -logits[i]);
        }
        if (options.Temperature == 0) return keys.AsSpan().IndexOf(keys.Min());

        // Sorted by falling logit; equal ones by token, so that the result is the same everywhere.
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        int count = Math.Min(order.Length, options.TopK ?? order.Length);
        double[] weights = new double[count];
        double total = 0;
        for (int i = 0; i < count; i++) total += weights[i] = Math.Exp((keys[order[0]] - (double)keys[order[i]]) / options.Temperature);
        if (options.TopP < 1)
        {
            double kept = 0;
            for (int i = 0; i < count; i++)
                if ((kept += weights[i]) >= options.TopP * total) { (count, total) = (i + 1, kept); break; }
        }
        double left = new RandomSource(options.Seed, Stream) { Position = (ulong)place }.NextDouble() * total;
        int chosen = 0;
        while (chosen < count - 1 && (left -= weights[chosen]) >= 0) chosen++;
        return order[chosen];
    }
}
