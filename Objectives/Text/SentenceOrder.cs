namespace NativeSsl;

/// <summary>
/// Guess the covered words, and tell whether two texts that follow each other stand in their order or are swapped: harder than telling documents apart, since
/// the subject is the same. Lan et al. 2020, “ALBERT: a lite BERT for self-supervised learning of language representations”, section 3.1.
/// </summary>
/// <param name="encoder">What is kept of pretraining.</param>
/// <param name="head">The head that guesses words.</param>
/// <param name="init">Draws the weights of the head that answers.</param>
public sealed class SentenceOrder(TextEncoder encoder, MaskedHead head, Init init) : SentencePairObjective(encoder, head, init)
{
    /// <summary>The most sentences that can be put in order: every set of them is looked at.</summary>
    public const int MostSentences = 16;

    /// <summary>Shuffled sentences in their likeliest order.</summary>
    /// <param name="sentences">Each without marks; from 1 to <see cref="MostSentences"/>.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <returns>Places in the given list, the first sentence's first.</returns>
    /// <exception cref="ShapeException">There is none, or there are too many.</exception>
    public int[] Order(IReadOnlyList<int[]> sentences, TextMarks marks)
    {
        int k = sentences.Count;
        double[,] before = new double[k, k];
        for (int i = 0; i < k && k <= MostSentences; i++)                   // a row at a time: k samples go through at once
        {
            double[] p = Probabilities([.. sentences.Select(other => TextSample.Fitted(marks, sentences[i], other, Encoder.Context))], marks);
            for (int j = 0; j < k; j++) before[i, j] = p[j];
        }
        return Best(before);
    }

    // π maximises Σ over i before j in π of ln pᵢⱼ, where pᵢⱼ = (p(i, j) + 1 − p(j, i)) / 2 and pⱼᵢ = 1 − pᵢⱼ.
    // best(S): the best order of the sentences of S as the first |S|; its last one, l, comes after all others of S.
    /// <summary>The best of all orders, by the probabilities of pairs; of equally good ones the first in the order of places.</summary>
    /// <param name="before">How likely i comes before j, <c>[k, k]</c>; the diagonal does not count.</param>
    /// <exception cref="ShapeException">It is no square, or of no or too many sentences.</exception>
    /// <remarks>By dynamic programming over sets, 2ᵏ k² steps; Held &amp; Karp 1962, “A dynamic programming approach to sequencing problems”.</remarks>
    public static int[] Best(double[,] before)
    {
        int k = before.GetLength(0);
        if (k != before.GetLength(1) || k is < 1 or > MostSentences)
            throw new ShapeException($"SentenceOrder: a table of {k} × {before.GetLength(1)}; a square of 1 to {MostSentences} sentences is needed.");
        double[] best = new double[1 << k];
        sbyte[] last = new sbyte[1 << k];
        for (int set = 1; set < best.Length; set++)
        {
            best[set] = double.NegativeInfinity;
            for (int l = k - 1; l >= 0; l--)
            {
                if ((set & 1 << l) == 0) continue;
                double sum = best[set ^ 1 << l];
                for (int i = 0; i < k; i++)
                    if (i != l && (set & 1 << i) != 0) sum += Math.Log(Math.Max(1e-12, (before[i, l] + 1 - before[l, i]) / 2));
                if (sum > best[set]) (best[set], last[set]) = (sum, (sbyte)l);
            }
        }
        int[] order = new int[k];
        for ((int set, int place) = (best.Length - 1, k - 1); place >= 0; set ^= 1 << last[set], place--) order[place] = last[set];
        return order;
    }
}
