namespace NativeSsl;

/// <summary>
/// How well tokens are written, and what a model that looks at nothing has to be beaten: every token as likely as it is frequent among those that are to be written in training, wherever it stands.
/// Every count begins at one, so that nothing is impossible. Some tokens only may count: of corrupted spans the words, since where sentinels stand and how they follow each other is easy.
/// </summary>
/// <param name="vocabulary">How many different tokens there are, marks included.</param>
/// <param name="padding">The token behind the end of shorter targets, which never counts.</param>
/// <param name="counts">Which other tokens count; all if null.</param>
public sealed class WrittenTokens(int vocabulary, int padding, Func<int, bool>? counts = null)
{
    const int Targets = 1;                                              // of the indices of the views that TextToText takes

    // L = −1/|M| Σ ln p(yₜ | y₀ … yₜ₋₁, x),   t in M: the places whose token counts
    /// <summary>The mean of −ln p over the tokens of a set that count, each written behind the true ones.</summary>
    /// <param name="objective">The model.</param>
    /// <param name="views">The set.</param>
    /// <exception cref="NativeSslException">No token of the set counts.</exception>
    public double Loss(TextToText objective, IViewSource views)
    {
        (double sum, long tokens) = (0, 0);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        using IEnumerator<Views> all = views.Everything().GetEnumerator();
        while (true)
        {
            using var step = new Step(objective.Model.Backend);
            if (!all.MoveNext()) break;
            Indices targets = all.Current.Indices[Targets];
            int[] asked = [.. targets.Values.ToArray().Select(token => IsCounted(token) ? token : padding)];
            int terms = asked.Count(token => token != padding);
            if (terms == 0) continue;
            sum += terms * (double)objective.Loss(all.Current, Indices.From(targets.Backend, targets.Shape, asked)).Item();
            tokens += terms;
        }
        return tokens > 0 ? sum / tokens : throw Nothing;
    }

    /// <summary>The same for counting: p(v) = (n(v) + 1) / (N + V), n over the training targets that count.</summary>
    /// <param name="training">What is counted.</param>
    /// <param name="views">What is judged on.</param>
    /// <returns>The mean, and how many tokens counted.</returns>
    /// <exception cref="NativeSslException">No token of the set counts.</exception>
    /// <exception cref="IndexException">A target is outside the vocabulary.</exception>
    public (double Loss, long Tokens) LossOfCounts(IViewSource training, IViewSource views)
    {
        double[] n = new double[vocabulary];
        foreach (int token in Of(training)) n[token]++;
        double total = n.Sum() + vocabulary, sum = 0;
        long tokens = 0;
        foreach (int token in Of(views)) (sum, tokens) = (sum - Math.Log((n[token] + 1) / total), tokens + 1);
        return tokens > 0 ? (sum / tokens, tokens) : throw Nothing;
    }

    IEnumerable<int> Of(IViewSource source)
    {
        foreach (Views views in source.Everything())
        {
            views.Indices[Targets].CheckWithin("WrittenTokens", vocabulary);
            foreach (int token in views.Indices[Targets].Values.ToArray())
                if (IsCounted(token)) yield return token;
        }
    }

    bool IsCounted(int token) => token != padding && (counts is null || counts(token));

    static NativeSslException Nothing => new("WrittenTokens: no token of the set counts.");
}
