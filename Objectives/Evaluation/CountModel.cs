namespace NativeSsl;

/// <summary>
/// What counting alone predicts: how often each token stands in the training text (unigrams), or follows each other token (bigrams). A
/// model that has learned something is better. Every count begins at one (Laplace's rule of succession), so that nothing is impossible.
/// </summary>
/// <param name="training">The tokens to count.</param>
/// <param name="vocabulary">How many different tokens there are.</param>
public sealed class CountModel(ReadOnlyMemory<int> training, int vocabulary)
{
    /// <summary>The mean of −ln p over every token but the first, with p(v) = (n(v) + 1) / (N + V).</summary>
    /// <exception cref="NativeSslException">There are fewer than two tokens.</exception>
    public double UnigramLoss(ReadOnlySpan<int> tokens)
    {
        Check(tokens);
        long[] counts = new long[vocabulary];
        foreach (int token in training.Span) counts[token]++;
        double total = 0;
        foreach (int token in tokens[1..]) total -= Math.Log((counts[token] + 1.0) / (training.Length + (double)vocabulary));
        return total / (tokens.Length - 1);
    }

    /// <summary>The mean of −ln p over every token but the first, with p(v | u) = (n(u v) + 1) / (n(u) + V).</summary>
    /// <exception cref="NativeSslException">There are fewer than two tokens.</exception>
    public double BigramLoss(ReadOnlySpan<int> tokens)
    {
        Check(tokens);
        Dictionary<(int, int), long> pairs = [];
        long[] firsts = new long[vocabulary];
        ReadOnlySpan<int> text = training.Span;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            pairs[(text[i], text[i + 1])] = pairs.GetValueOrDefault((text[i], text[i + 1])) + 1;
            firsts[text[i]]++;
        }
        double total = 0;
        for (int i = 0; i + 1 < tokens.Length; i++)
            total -= Math.Log((pairs.GetValueOrDefault((tokens[i], tokens[i + 1])) + 1.0) / (firsts[tokens[i]] + (double)vocabulary));
        return total / (tokens.Length - 1);
    }

    static void Check(ReadOnlySpan<int> tokens)
    {
        if (tokens.Length < 2)
            throw new NativeSslException($"CountModel: {tokens.Length} tokens; two are needed to predict one from the other.");
    }
}
