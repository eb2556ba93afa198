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
        int likeliest = Likeliest(logits);
        if (options.Temperature == 0) return likeliest;

        double[] weights = new double[logits.Length];
        int[] tokens = new int[logits.Length];
        for (int i = 0; i < tokens.Length; i++)
            (tokens[i], weights[i]) = (i, Math.Exp((logits[i] - (double)logits[likeliest]) / options.Temperature));

        // Each of these is a cut through the tokens from the likeliest to the least likely: by number, by probability, and by chance.
        Span<int> kept = tokens;
        if (options.TopK < kept.Length) kept = kept[..Cut(kept, logits, null, options.TopK.Value).Count];
        double total = 0;
        foreach (int token in kept) total += weights[token];
        if (options.TopP < 1)
        {
            (int count, total) = Cut(kept, logits, weights, options.TopP * total);
            kept = kept[..count];
        }
        double chance = new RandomSource(options.Seed, Stream) { Position = (ulong)place }.NextDouble();
        return kept[Cut(kept, logits, weights, chance * total).Count - 1];
    }

    static int Likeliest(ReadOnlySpan<float> logits)
    {
        int likeliest = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (float.IsNaN(logits[i]))
                throw new NativeSslException($"Sampler: the logit of token {i} is NaN; was the model trained to the end?");
            if (logits[i] > logits[likeliest]) likeliest = i;
        }
        return likeliest;
    }

    // How many of the likeliest tokens reach an amount together, and what they weigh (one each without weights). They come to the front,
    // the last of them at its place; the rest stays unsorted, so it takes time in proportion to the tokens: Hoare 1961, “Algorithm 65: find”.
    static (int Count, double Weight) Cut(Span<int> tokens, ReadOnlySpan<float> logits, double[]? weights, double amount)
    {
        (int first, int end, double weight) = (0, tokens.Length, 0);
        while (end - first > 1)
        {
            int middle = first + Split(tokens[first..end], logits);
            double upTo = weight + WeightOf(tokens[first..middle], weights);
            if (upTo >= amount) end = middle;
            else (first, weight) = (middle, upTo);
        }
        return (end, weight + WeightOf(tokens[first..end], weights));
    }

    static double WeightOf(ReadOnlySpan<int> tokens, double[]? weights)
    {
        if (weights is null) return tokens.Length;
        double sum = 0;
        foreach (int token in tokens) sum += weights[token];
        return sum;
    }

    // Likelier tokens before the returned place, others from there on; neither side is empty.
    static int Split(Span<int> tokens, ReadOnlySpan<float> logits)
    {
        int pivot = tokens[(tokens.Length - 1) / 2], low = -1, high = tokens.Length;
        while (true)
        {
            do low++; while (Precedes(tokens[low], pivot, logits));
            do high--; while (Precedes(pivot, tokens[high], logits));
            if (low >= high) return high + 1;
            (tokens[low], tokens[high]) = (tokens[high], tokens[low]);
        }
    }

    // Equally likely ones by number, so that the result is the same everywhere.
    static bool Precedes(int a, int b, ReadOnlySpan<float> logits) => logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
}
