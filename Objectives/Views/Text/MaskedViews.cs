namespace NativeSsl;

/// <summary>How many samples a step takes, and how they are covered.</summary>
public sealed record MaskedViewsOptions
{
    /// <summary>The most tokens of a sample, marks included.</summary>
    public int Context { get; init; } = 128;
    /// <summary>Samples in a micro-batch.</summary>
    public int Batch { get; init; } = 32;
    /// <summary>Decides order, pairs and masks.</summary>
    public ulong Seed { get; init; }
    /// <summary>Which words are covered; BERT's way if null.</summary>
    public Masking? Masking { get; init; }
    /// <summary>In how many ways each sample is covered in turn, an epoch in each: static masking. With 0 it is covered anew in every epoch: RoBERTa's
    /// dynamic masking (Liu et al. 2019, section 4.1).</summary>
    public int Maskings { get; init; }
}

/// <summary>
/// Samples of a corpus with words covered: what <see cref="MaskedWords"/> and its kin learn from. Every epoch goes through all samples in a new order. The order is a
/// pure function of seed and epoch, a mask one of seed, epoch and the sample's number.
/// </summary>
public abstract class MaskedViews : IViewSource
{
    // The places of Views.Indices, here and nowhere else.
    /// <summary>Tokens as they are seen, <c>[batch, time]</c>.</summary>
    public const int Tokens = 0;
    /// <summary>The text each token belongs to, <c>[batch, time]</c>.</summary>
    public const int Segments = 1;
    /// <summary>How many tokens of a sample are no padding, <c>[batch]</c>.</summary>
    public const int Lengths = 2;
    /// <summary>Where the words stand that are to be guessed, row · time + place in the row: <c>[guessed]</c>.</summary>
    public const int Places = 3;
    /// <summary>Those words, <c>[guessed]</c>.</summary>
    public const int Targets = 4;
    /// <summary>0 where the second text follows the first, 1 where it does not: <c>[batch]</c>.</summary>
    public const int Labels = 5;

    // Streams of their own: masks of training, of evaluation.
    const ulong Stream = 0xFFFF_F900_0000_0000;
    // Counters set aside for a sample: more than the longest one needs.
    const int Draws = 20;

    readonly IBackend _backend;
    readonly MaskedViewsOptions _options;
    readonly Masking _masking;
    readonly Lazy<EpochOrder> _order;

    private protected MaskedViews(IBackend backend, TextMarks marks, MaskedViewsOptions options, int least)
    {
        if (options.Context < least || options.Context > 1 << (Draws - 4))
            throw new ShapeException($"{GetType().Name}: a context of {options.Context}; from {least} to {1 << (Draws - 4)} tokens are possible.");
        if (options.Batch < 1) throw new ShapeException($"{GetType().Name}: a batch of {options.Batch}; at least one sample is needed.");
        if (options.Maskings < 0) throw new NativeSslException($"{GetType().Name}: {options.Maskings} maskings; 0 covers anew in every epoch, 10 is BERT's number.");
        (_backend, Marks, _options) = (backend, marks, options);
        _masking = options.Masking ?? Masking.Bert(options.Context);
        _order = new(() => new EpochOrder(Count, options.Seed));
    }

    /// <summary>How many samples there are.</summary>
    public abstract int Count { get; }

    /// <summary>A sample before any word is covered.</summary>
    /// <param name="index">From 0 to one less than <see cref="Count"/>.</param>
    public abstract TextSample Sample(int index);

    /// <summary>The tokens that are no words.</summary>
    public TextMarks Marks { get; }

    /// <summary>The sizes.</summary>
    private protected MaskedViewsOptions Options => _options;

    /// <summary>About as many draws as go through all samples once; the last ones of an epoch share a batch with the first of the next.</summary>
    public long? DrawsPerEpoch => Math.Max(1, Count / _options.Batch);

    /// <summary>Tokens, segments, lengths, places, targets and labels, in this order: <see cref="Tokens"/> and so on are their places.</summary>
    /// <exception cref="NativeSslException">The number is negative.</exception>
    public Views Draw(long draw)
    {
        if (draw < 0) throw new NativeSslException($"{GetType().Name}: draw {draw}; draws are counted from zero.");
        var samples = new (TextSample, MaskedText)[_options.Batch];
        for (int i = 0; i < samples.Length; i++)
        {
            long epoch = Math.DivRem(draw * _options.Batch + i, Count, out long place);
            int index = _order.Value.Of(epoch)[(int)place];
            samples[i] = Masked(index, Stream, _options.Maskings > 0 ? epoch % _options.Maskings : epoch);
        }
        return Batch(samples);
    }

    /// <summary>Every sample once, in order, covered in a way that no training uses and that is always the same.</summary>
    public IEnumerable<Views> Everything()
    {
        for (int first = 0; first < Count; first += _options.Batch)
            yield return Batch([.. Enumerable.Range(first, Math.Min(_options.Batch, Count - first)).Select(index => Masked(index, Stream | 1, 0))]);
    }

    (TextSample, MaskedText) Masked(int index, ulong stream, long epoch)
    {
        TextSample sample = Sample(index);
        var random = new RandomSource(_options.Seed, stream) { Position = ((ulong)epoch * (ulong)Count + (ulong)index) << Draws };
        return (sample, _masking.Apply(sample.Tokens, Marks, random));
    }

    Views Batch((TextSample Whole, MaskedText Masked)[] samples)
    {
        var (tokens, segments, lengths) = TextSample.Batch(_backend, [.. samples.Select(sample => sample.Whole with { Tokens = sample.Masked.Tokens })], Marks.Padding);
        int time = tokens.Shape[1];
        int[] places = [.. samples.SelectMany((sample, row) => sample.Masked.Places.Select(place => row * time + place))];
        int[] targets = [.. samples.SelectMany(sample => sample.Masked.Targets)];
        Indices labels = Indices.From(_backend, [samples.Length], [.. samples.Select(sample => sample.Whole.Label)]);
        return new Views
        {
            Indices = [tokens, segments, lengths, Indices.From(_backend, [places.Length], places), Indices.From(_backend, [targets.Length], targets), labels],
            Terms = targets.Length,
        };
    }
}
