namespace NativeSsl.Bench.Measure;

/// <summary>A BERT and its batch: what both sides build.</summary>
sealed record BertSize(string Name, int Layers, int Heads, int Width, int Context, int Batch, int Vocabulary)
{
    /// <summary>A BERT of four layers (Turc et al. 2019 call its widths “mini”), with a batch for a CPU and texts of half the usual length.</summary>
    public static BertSize Mini { get; } = new("BERT 4 × 256", Layers: 4, Heads: 4, Width: 256, Context: 64, Batch: 16, Vocabulary: 8192);

    /// <summary>For fixtures: small, and no length a multiple of the registers but the width.</summary>
    public static BertSize Tiny { get; } = new("BERT 2 × 32", Layers: 2, Heads: 2, Width: 32, Context: 19, Batch: 3, Vocabulary: 67);

    /// <summary>A target that does not count.</summary>
    public const int Ignored = -100;

    public Bert.Config Config => new() { Vocabulary = Vocabulary, Context = Context, Layers = Layers, Heads = Heads, Width = Width, Dropout = 0f };

    /// <summary>One batch, from the generator that both sides share: tokens, the text each belongs to, words to guess (or <see cref="Ignored"/>), lengths
    /// without padding, and whether the second text follows.</summary>
    public sealed record Sample(int[] Tokens, int[] Segments, int[] Targets, int[] Lengths, int[] Follows);

    /// <summary>The batch of that number. About 15 % of the tokens are to be guessed, at least one of each text; their place holds token 1.</summary>
    public Sample DrawBatch(ulong number)
    {
        var random = new RandomSource(2027, number);
        Sample batch = new(new int[Batch * Context], new int[Batch * Context], new int[Batch * Context], new int[Batch], new int[Batch]);
        for (int row = 0; row < Batch; row++)
        {
            int length = batch.Lengths[row] = row == 0 ? Context : Context / 2 + random.NextInt(Context / 2), middle = 1 + random.NextInt(length - 1);
            batch.Follows[row] = random.NextInt(2);
            int sure = random.NextInt(length), token = random.NextInt(Vocabulary);
            for (int time = 0; time < Context; time++)
            {
                int place = row * Context + time;
                bool guessed = time < length && (time == sure || random.NextUniform() < 0.15f);
                // Every token depends on the one before it, so that there is something to learn.
                token = random.NextUniform() < 0.7f ? (token * 7 + 3) % Vocabulary : random.NextInt(Vocabulary);
                batch.Segments[place] = time >= middle ? 1 : 0;
                (batch.Tokens[place], batch.Targets[place]) = (guessed ? 1 : token, guessed ? token : Ignored);
            }
        }
        return batch;
    }
}
