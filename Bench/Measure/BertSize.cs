namespace NativeSsl.Bench.Measure;

/// <summary>A BERT and its batch of masked words: what both sides build. Every text fills its row.</summary>
sealed record BertSize(string Name, int Layers, int Heads, int Width, int Context, int Batch, int Vocabulary, float Dropout)
{
    /// <summary>Four layers of 256 features on 32 texts of 128 tokens, with BERT's dropout.</summary>
    public static BertSize Small { get; } = new("BERT 4 × 256", Layers: 4, Heads: 4, Width: 256, Context: 128, Batch: 32, Vocabulary: 8192, Dropout: 0.1f);

    /// <summary>For parity and fixtures: small, and no length a multiple of the registers.</summary>
    public static BertSize Tiny { get; } = new("BERT 2 × 24", Layers: 2, Heads: 2, Width: 24, Context: 19, Batch: 3, Vocabulary: 67, Dropout: 0f);

    public int Tokens => Batch * Context;

    // 15 of 100 tokens, as BERT masks them.
    public int Masked => Batch * Math.Max(1, (int)Math.Round(0.15 * Context));

    Bert.Config Config => new()
    {
        Vocabulary = Vocabulary, Context = Context, Layers = Layers, Heads = Heads, Width = Width, Segments = 1, Dropout = Dropout,
    };

    /// <summary>The network, its head and the task, with first weights.</summary>
    public MaskedWords NewObjective(IBackend backend)
    {
        Init init = new(backend, seed: 1);
        return new MaskedWords(new Bert(Config, init), new MaskedHead(init, Width, Vocabulary));
    }

    /// <summary>Batches for our side.</summary>
    public SharedBatches Batches(IBackend backend, int count) => new(count, number =>
    {
        var (tokens, places, words) = DrawBatch(number);
        Indices[] indices = new Indices[5];
        indices[MaskedViews.Tokens] = Indices.From(backend, [Batch, Context], tokens);
        indices[MaskedViews.Segments] = Indices.From(backend, [Batch, Context], new int[Tokens]);
        indices[MaskedViews.Lengths] = Indices.From(backend, [Batch], [.. Enumerable.Repeat(Context, Batch)]);
        indices[MaskedViews.Places] = Indices.From(backend, [Masked], places);
        indices[MaskedViews.Targets] = Indices.From(backend, [Masked], words);
        return new Views { Indices = indices, Terms = Masked };
    });

    /// <summary>A batch: tokens, which of them (of all rows in a line) are to be guessed, and what stood there.</summary>
    public (int[] Tokens, int[] Places, int[] Words) DrawBatch(ulong number)
    {
        var random = new RandomSource(2027, number);
        int[] tokens = new int[Tokens], places = new int[Masked], words = new int[Masked];
        // Every token depends on the one before it, so that there is something to learn.
        for (int i = 0; i < tokens.Length; i++) tokens[i] = i > 0 && random.NextUniform() < 0.7f ? (tokens[i - 1] * 7 + 3) % Vocabulary : random.NextInt(Vocabulary);
        int perRow = Masked / Batch;
        for (int i = 0; i < places.Length; i++)
        {
            int inRow = i % perRow * Context / perRow;
            places[i] = i / perRow * Context + inRow;
            words[i] = tokens[places[i]];
            tokens[places[i]] = 0;
        }
        return (tokens, places, words);
    }
}
