namespace NativeSsl.Bench.Measure;

/// <summary>A BERT and its batch of masked words: what both sides build.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Layers">Transformer blocks.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Width">Features of a token.</param>
/// <param name="Context">Tokens of a sample.</param>
/// <param name="Batch">Samples of a step.</param>
/// <param name="Vocabulary">How many tokens there are.</param>
/// <param name="Dropout">The share of activations set to zero.</param>
/// <param name="Pairs">Whether a sample is two texts, with padding behind them, and the question whether they belong together; otherwise it is one that fills its row.</param>
sealed record BertSize(string Name, int Layers, int Heads, int Width, int Context, int Batch, int Vocabulary, float Dropout, bool Pairs)
{
    /// <summary>Four layers of 256 features on 32 texts of 128 tokens, with BERT's dropout.</summary>
    public static BertSize Small { get; } = new("BERT 4 × 256", Layers: 4, Heads: 4, Width: 256, Context: 128, Batch: 32, Vocabulary: 8192, Dropout: 0.1f, Pairs: false);

    /// <summary>For parity and fixtures: small, and no length a multiple of the registers.</summary>
    public static BertSize Tiny { get; } = new("BERT 2 × 24", Layers: 2, Heads: 2, Width: 24, Context: 19, Batch: 3, Vocabulary: 67, Dropout: 0f, Pairs: true);

    public int Tokens => Batch * Context;

    // 15 of 100 tokens, as BERT masks them.
    int MaskedInRow => Math.Max(1, (int)Math.Round(0.15 * Context));

    /// <summary>The network, its heads and the task, with first weights.</summary>
    public Objective NewObjective(IBackend backend)
    {
        Init init = new(backend, seed: 1);
        Bert bert = new(new Bert.Config
        {
            Vocabulary = Vocabulary, Context = Context, Layers = Layers, Heads = Heads, Width = Width, Segments = Pairs ? 2 : 1, Dropout = Dropout,
        }, init);
        var head = new MaskedHead(init, Width, Vocabulary);
        return Pairs ? new NextSentence(bert, head, init) : new MaskedWords(bert, head);
    }

    /// <summary>A batch: tokens, the text each belongs to, lengths without padding; which tokens (of all rows in a line) are to be guessed, what stood there, and whether
    /// the second text is another's.</summary>
    public sealed record Sample(int[] Tokens, int[] Segments, int[] Lengths, int[] Places, int[] Words, int[] Labels);

    /// <summary>The batch of that number. The places of words to guess hold token 0.</summary>
    public Sample DrawBatch(ulong number)
    {
        var random = new RandomSource(2027, number);
        Sample batch = new(new int[Tokens], new int[Tokens], new int[Batch], new int[Batch * MaskedInRow], new int[Batch * MaskedInRow], new int[Batch]);
        // Every token depends on the one before it, so that there is something to learn.
        for (int i = 0; i < Tokens; i++) batch.Tokens[i] = i > 0 && random.NextUniform() < 0.7f ? (batch.Tokens[i - 1] * 7 + 3) % Vocabulary : random.NextInt(Vocabulary);
        for (int row = 0; row < Batch; row++)
        {
            int length = batch.Lengths[row] = Pairs && row > 0 ? Context / 2 + random.NextInt(Context / 2) : Context;
            batch.Labels[row] = random.NextInt(2);
            if (Pairs) batch.Segments.AsSpan((row * Context + length / 2)..((row + 1) * Context)).Fill(1);
            for (int i = 0; i < MaskedInRow; i++)
            {
                int place = batch.Places[row * MaskedInRow + i] = row * Context + i * length / MaskedInRow;
                (batch.Words[row * MaskedInRow + i], batch.Tokens[place]) = (batch.Tokens[place], 0);
            }
        }
        return batch;
    }

    /// <summary>Batches for our side.</summary>
    public SharedBatches Batches(IBackend backend, int count) => new(count, number =>
    {
        Sample batch = DrawBatch(number);
        Indices[] indices = new Indices[6];
        indices[MaskedViews.Tokens] = Indices.From(backend, [Batch, Context], batch.Tokens);
        indices[MaskedViews.Segments] = Indices.From(backend, [Batch, Context], batch.Segments);
        indices[MaskedViews.Lengths] = Indices.From(backend, [Batch], batch.Lengths);
        indices[MaskedViews.Places] = Indices.From(backend, [batch.Places.Length], batch.Places);
        indices[MaskedViews.Targets] = Indices.From(backend, [batch.Words.Length], batch.Words);
        indices[MaskedViews.Labels] = Indices.From(backend, [Batch], batch.Labels);
        return new Views { Indices = indices, Terms = batch.Words.Length };
    });
}
