namespace NativeSsl.Tests.Models;

public sealed class T5Tests
{
    static readonly CpuBackend Cpu = new(2);

    // Heads that together are narrower (10) or wider (24) than a position; few buckets, so that short texts reach the logarithmic ones and the last.
    internal static readonly T5.Config First = new()
        { Vocabulary = 13, Layers = 2, Heads = 2, Width = 12, HeadWidth = 5, Hidden = 20, Buckets = 8, MaxDistance = 6, Dropout = 0f };
    internal static readonly T5.Config Second = First with { DecoderLayers = 1, Heads = 3, HeadWidth = 8, Hidden = null, Gated = true, Tied = false };

    public static TheoryData<bool> Versions => [false, true];

    internal static T5.Config Of(bool second) => second ? Second : First;

    internal static T5 Model(T5.Config config, ulong seed = 3) => new(config, new Init(Cpu, seed));

    static Indices Rows(params int[][] rows) => Indices.From(Cpu, [rows.Length, rows[0].Length], [.. rows.SelectMany(row => row)]);

    static int[] Draw(int count, ulong seed)
    {
        var random = new RandomSource(seed, 0);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextInt(13))];
    }

    static void AssertClose(IEnumerable<double> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        double[] all = [.. expected];
        Assert.Equal(all.Length, actual.Length);
        for (int i = 0; i < all.Length; i++) Assert.True(Math.Abs(all[i] - actual[i]) < tolerance, $"at {i}: {all[i]:R} expected, {actual[i]:R} found");
    }

    [Theory, MemberData(nameof(Versions))]
    public void Logits_are_those_of_the_textbook_whatever_stands_in_the_padding(bool second)
    {
        T5 model = Model(Of(second));
        var textbook = new T5Textbook(Of(second), T5Textbook.WeightsOf(model));
        int[] lengths = [11, 4, 1];
        int[][] inputs = [.. lengths.Select((_, b) => Draw(11, (ulong)b))], written = [.. lengths.Select((_, b) => Draw(9, (ulong)b + 10))];
        float[] Logits()
        {
            using var step = new Step(Cpu);
            return model.Logits(Rows(inputs), Rows(written), Indices.From(Cpu, [3], lengths)).ToArray();
        }
        float[] logits = Logits();
        for (int b = 0; b < 3; b++)
            AssertClose(textbook.Logits(written[b], textbook.Encode(inputs[b][..lengths[b]])).SelectMany(row => row), logits.AsSpan(b * 9 * 13, 9 * 13), 2e-5);
        for (int b = 0; b < 3; b++) for (int i = lengths[b]; i < 11; i++) inputs[b][i] = (inputs[b][i] + 5) % 13;
        Assert.Equal(logits, Logits());
    }

    [Theory, MemberData(nameof(Versions))]
    public void Steps_are_as_large_as_the_first_values_of_matrices_and_of_the_table_of_tokens(bool second)
    {
        T5 model = Model(Of(second) with { Vocabulary = 2000, Width = 64, HeadWidth = 40, Hidden = 300 });
        foreach ((string name, Tensor tensor) in model.NamedParameters())
        {
            float[] values = tensor.ToArray();
            // The queries, a third of the packed weight, begin smaller still, because scores are not divided by anything.
            if (name.EndsWith("attention.project.weight", StringComparison.Ordinal)) values = values[(values.Length / 3)..];
            double size = Math.Sqrt(values.Average(value => (double)value * value));
            if (name.Contains("relative_bias", StringComparison.Ordinal)) Assert.Equal(1f, model.StepSize(tensor));
            else if (!name.EndsWith("cross.query.weight", StringComparison.Ordinal)) Assert.True(Math.Abs(size / model.StepSize(tensor) - 1) < 0.06, $"{name}: {size:F4} and {model.StepSize(tensor):F4}");
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public void Gradients_are_the_slopes_of_the_textbook(bool second)
    {
        T5 model = Model(Of(second));
        Dictionary<string, double[]> weights = T5Textbook.WeightsOf(model);
        var textbook = new T5Textbook(Of(second), weights);
        int[] inputs = Draw(7, 1), targets = [3, 9, 4, 9, 7, 1];
        using var step = new Step(Cpu);
        new TextToText(model, padding: 0).Loss(new Views { Indices = [Rows(inputs), Rows(targets)] }).Backward();
        var random = new RandomSource(8, 0);
        int moved = 0;
        foreach ((string name, Tensor tensor) in model.NamedParameters())
        {
            float[] gradient = tensor.Gradient.ToArray();
            Assert.Contains(gradient, value => value != 0f);
            for (int draw = 0; draw < 6; draw++)
            {
                int i = random.NextInt(gradient.Length);
                double value = weights[name][i];
                (weights[name][i], double above) = (value + 1e-4, 0);
                above = textbook.Loss(inputs, targets);
                weights[name][i] = value - 1e-4;
                double slope = (above - textbook.Loss(inputs, targets)) / 2e-4;
                weights[name][i] = value;
                Assert.True(Math.Abs(slope - gradient[i]) < 2e-5 * Math.Max(1, Math.Abs(slope)), $"{name}[{i}]: {slope:R} expected, {gradient[i]:R} found");
                if (gradient[i] != 0f) moved++;
            }
        }
        Assert.True(moved > 100, $"only {moved} slopes that are not zero were compared");
    }

    // Version 1.1: the table of tokens is not the head too, so a row's gradient says who has looked at the token.
    [Fact]
    public void What_is_written_sees_nothing_later_and_all_that_is_read()
    {
        T5 model = Model(Second);
        Tensor table = model.NamedParameters().Single(entry => entry.Name == "tokens.weight").Tensor;
        int[] inputs = [1, 2, 3, 4], written = [0, 5, 6, 7, 8, 9];
        for (int t = 0; t < written.Length; t++)
        {
            using var step = new Step(Cpu);
            table.ResetGradient();
            float[] seed = new float[written.Length * 13];
            seed[t * 13 + 2] = 1f;
            model.Logits(Rows(inputs), Rows(written)).Backward(Tensor.From(Cpu, [1, written.Length, 13], seed));
            float[][] rows = [.. table.Gradient.ToArray().Chunk(12)];
            for (int later = t + 1; later < written.Length; later++) Assert.All(rows[written[later]], value => Assert.Equal(0f, value));
            foreach (int seen in (int[])[.. written[..(t + 1)], .. inputs]) Assert.Contains(rows[seen], value => value != 0f);
        }
    }

    [Theory, InlineData(false, 1), InlineData(true, 3)]
    public void A_text_in_pieces_has_the_logits_of_the_whole(bool second, int beams)
    {
        T5 model = Model(Of(second));
        int[][] inputs = [Draw(6, 1), Draw(6, 2)], written = [.. Enumerable.Range(0, 2 * beams).Select(b => Draw(9, (ulong)b + 20))];
        Indices lengths = Indices.From(Cpu, [2], 6, 3);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        using var step = new Step(Cpu);
        Tensor memory = model.Encode(Rows(inputs), lengths);
        SequenceCache cache = model.NewCache(memory, lengths, capacity: 9, beams);
        int[] repeated = [.. Enumerable.Range(0, 2 * beams).Select(b => b / beams)];
        float[] whole = model.Decode(Rows(written), memory.Gather(Indices.From(Cpu, [2 * beams], repeated)),
            Indices.From(Cpu, [2 * beams], [.. repeated.Select(text => text == 0 ? 6 : 3)])).ToArray();
        foreach ((int start, int length) in new[] { (0, 4), (4, 1), (5, 2), (7, 1), (8, 1) })
        {
            float[] piece = model.Decode(Rows([.. written.Select(row => row[start..(start + length)])]), cache).ToArray();
            for (int b = 0; b < 2 * beams; b++)
                AssertClose(whole[((b * 9 + start) * 12)..((b * 9 + start + length) * 12)].Select(v => (double)v), piece.AsSpan(b * length * 12, length * 12), 1e-5);
        }
        Assert.Equal(9, cache.Length);
        Assert.Contains("capacity of 9", Assert.Throws<ShapeException>(() => model.Decode(Rows([.. written.Select(row => row[..1])]), cache)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_go_on_from_those_they_are_told_to()
    {
        T5 model = Model(First);
        int[] before = [0, 1, 2, 0, 4, 5], after = [7, 8, 9, 10, 11, 12], origins = [2, 0, 2, 3, 5, 4];
        using Tape.NoGradientScope scope = Tape.NoGradient();
        using var step = new Step(Cpu);
        Tensor memory = model.Encode(Rows(Draw(6, 1), Draw(6, 2)));
        float[] Last(Func<int, int> origin, int[]? reorder)
        {
            SequenceCache cache = model.NewCache(memory, null, 2, beams: 3);
            model.Decode(Rows([.. Enumerable.Range(0, 6).Select(i => new[] { before[origin(i)] })]), cache);
            if (reorder is not null) cache.Reorder(Indices.From(Cpu, [6], reorder));
            return model.Decode(Rows([.. after.Select(token => new[] { token })]), cache).ToArray();
        }
        Assert.Equal(Last(i => origins[i], null), Last(i => i, origins));
        Assert.NotEqual(Last(i => i, null), Last(i => i, origins));
        Assert.Equal(Last(i => i, null), Last(i => i, [0, 1, 2, 3, 4, 5]));
        SequenceCache full = model.NewCache(memory, null, 2, beams: 3);
        Assert.Contains("needs [6]", Assert.Throws<ShapeException>(() => full.Reorder(Indices.From(Cpu, [2], 0, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<IndexException>(() => full.Reorder(Indices.From(Cpu, [6], 0, 1, 2, 3, 4, 6)));
    }

    [Fact]
    public void Dropout_acts_in_training_only_and_every_one_is_different()
    {
        T5 model = Model(First with { Dropout = 0.3f });
        float[] Logits(bool training, ulong number)
        {
            using var step = new Step(Cpu, training, seed: 5, number: number);
            return model.Logits(Rows(Draw(6, 1)), Rows(Draw(5, 2))).ToArray();
        }
        Assert.Equal(Logits(false, 1), Logits(false, 2));
        Assert.NotEqual(Logits(true, 1), Logits(true, 2));
        Assert.Equal(Logits(true, 1), Logits(true, 1));
        using var step = new Step(Cpu, training: true, seed: 5, number: 1);
        uint before = step.Streams;
        model.Logits(Rows(Draw(6, 1)), Rows(Draw(5, 2)));
        // Embeddings and last norm of both; in a block of the encoder attention, two parts and the inner one, in one of the decoder two more.
        Assert.Equal(2u * 2 + 2 * 4 + 2 * 6, step.Streams - before);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        T5 model = Model(First);
        Tensor memory = model.Encode(Rows(Draw(6, 1), Draw(6, 2)));
        Assert.Contains("[batch, time] is needed", Assert.Throws<ShapeException>(() => model.Encode(Indices.From(Cpu, [2], 1, 2))).Message, StringComparison.Ordinal);
        Assert.Throws<IndexException>(() => model.Encode(Rows([13])));
        Assert.Contains("multiple of the 2 texts", Assert.Throws<ShapeException>(() => model.Decode(Rows([1], [2], [3]), memory)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => model.Encode(Rows([1, 2]), Indices.From(Cpu, [2], 1, 1)));
        Assert.Throws<GradientException>(() => model.Decode(Rows([1], [1]), model.NewCache(memory, null, 4)));
        Assert.Contains("an even number", Assert.Throws<NativeSslException>(() => Model(First with { Buckets = 7 })).Message, StringComparison.Ordinal);
        Assert.Contains("more than 2", Assert.Throws<NativeSslException>(() => new RelativeBias(new Init(Cpu, 1), 1, true, 8, 2)).Message, StringComparison.Ordinal);
    }
}
