namespace NativeSsl;

/// <summary>
/// Two tasks on one encoder, their losses added: guess the covered words, and answer a question about the two texts of a sample from its first token. Devlin et al. 2019, section
/// 3.1; <c>get_next_sentence_output</c> of google-research/bert.
/// </summary>
public abstract class SentencePairObjective : Objective
{
    const int PairsAtOnce = 64;

    readonly TextEncoder _encoder;
    readonly MaskedHead _head;
    readonly Pooler _pooler;
    readonly Linear _answer;
    (string, Tensor)[] _parts = [];

    private protected SentencePairObjective(TextEncoder encoder, MaskedHead head, Init init) =>
        (_encoder, _head, _pooler, _answer) = (encoder, head, new Pooler(init, encoder.Width), new Linear(init.Truncated(), encoder.Width, 2, deviation: 0.02f));

    /// <summary>What is kept of pretraining.</summary>
    public TextEncoder Encoder => _encoder;
    /// <summary>The head that guesses words.</summary>
    public MaskedHead Head => _head;
    /// <summary>From the first token to a row for the whole sample.</summary>
    public Pooler Pooler => _pooler;
    /// <summary>The two answers' odds from that row, <c>[2, width]</c>.</summary>
    public Linear Answer => _answer;

    /// <summary>What was trained, as a model that can be kept: the same networks, not copies.</summary>
    /// <exception cref="NativeSslException">The encoder is no <see cref="Bert"/>.</exception>
    public BertWithHeads ToModel() => new(MaskedWords.Bert(_encoder), _pooler, _head, _answer);

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("encoder", _encoder), new("head", _head), new("pooler", _pooler), new("answer", _answer)];

    // L = L(words) + L(pairs),   L(pairs) = −1/B Σ ln softmax(V tanh(W h₀ + b) + c) at the right answer
    /// <summary>The mean of −ln p over the covered words, and that over the pairs of texts, added.</summary>
    /// <param name="views">As <see cref="SentencePairs"/> has them.</param>
    public override Tensor Loss(Views views)
    {
        Tensor h = Features(views), words = MaskedWords.Loss(h, _encoder.Table, _head, views);
        Tensor pairs = _answer.Forward(_pooler.Forward(h)).CrossEntropy(views.Indices[MaskedViews.Labels]);
        _parts = [("words", words), ("pairs", pairs)];
        return words + pairs;
    }

    Tensor Features(Views views) =>
        _encoder.Features(views.Indices[MaskedViews.Tokens], views.Indices[MaskedViews.Segments], views.Indices[MaskedViews.Lengths]);

    /// <summary>ln V + ln 2: every word as likely as any other, and both answers alike.</summary>
    public override double? ChanceLoss => Math.Log(_encoder.Vocabulary) + Math.Log(2);

    /// <summary>The losses of words (by chance ln V) and of pairs (by chance ln 2).</summary>
    public override IReadOnlyList<(string Name, Tensor Value)> LossParts => _parts;

    /// <summary>How likely it is that the answer is 0, for pairs of texts in which nothing is covered.</summary>
    /// <param name="pairs">As <see cref="TextSample.Fitted"/> makes them, at least one.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <returns>A probability for each pair.</returns>
    public double[] Probabilities(IReadOnlyList<TextSample> pairs, TextMarks marks)
    {
        using var step = new Step(_encoder.Backend);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        var (tokens, segments, lengths) = TextSample.Batch(_encoder.Backend, pairs, marks.Padding);
        float[] logits = _answer.Forward(_pooler.Forward(_encoder.Features(tokens, segments, lengths))).ToArray();
        return [.. logits.Chunk(2).Select(pair => 1 / (1 + Math.Exp(pair[1] - pair[0])))];
    }

    /// <summary>The share of right answers over every pair of a set. No word is covered: so the pairs are asked in use, and so <see cref="WordOverlap"/> sees them.</summary>
    /// <param name="pairs">At least one.</param>
    public double Accuracy(MaskedViews pairs)
    {
        long right = 0;
        foreach (int[] some in Enumerable.Range(0, pairs.Count).Chunk(PairsAtOnce))
        {
            TextSample[] samples = [.. some.Select(pairs.Sample)];
            right += Probabilities(samples, pairs.Marks).Where((first, i) => first > 0.5 == (samples[i].Label == 0)).Count();
        }
        return right / (double)pairs.Count;
    }

    /// <summary>The share of right answers of who always gives the same one, the more frequent: no less than half.</summary>
    /// <param name="pairs">At least one.</param>
    public static double OneAnswer(MaskedViews pairs)
    {
        double second = Enumerable.Range(0, pairs.Count).Average(i => (double)pairs.Sample(i).Label);
        return Math.Max(second, 1 - second);
    }
}
