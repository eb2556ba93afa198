using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Models;

/// <summary>Attention that begins at near positions.</summary>
public sealed class FocusedAttentionTests
{
    const int Width = 256, Heads = 4, Time = 40, Each = Width / Heads;

    static Bert New(bool focused, int? heads = null, float passes = 0f, int layers = 2)
    {
        var bert = new Bert(new() { Vocabulary = 500, Context = Time, Layers = layers, Heads = Heads, Width = Width }, new Init(Cpu, 3));
        if (focused) bert.BeginFocused(heads, passes);
        return bert;
    }

    static Gpt NewGpt(bool focused)
    {
        var gpt = new Gpt(new() { Vocabulary = 500, Context = Time, Layers = 2, Heads = Heads, Width = Width }, new Init(Cpu, 3));
        if (focused) gpt.BeginFocused();
        return gpt;
    }

    // What the first block of a GPT reads: tokens and positions, normalised.
    static Tensor Read(Gpt gpt, Indices tokens)
    {
        Dictionary<string, Tensor> named = gpt.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor);
        return (named["tokens.weight"].Embed(tokens) + named["positions.weight"]).LayerNorm(named["blocks.0.norm1.weight"], null);
    }

    // The softmax of queries and keys in doubles, the mean over texts and positions that are far from both ends.
    static double[] MeanAttention(Module model, Func<Indices, Tensor> read, int head, bool causal = false)
    {
        var random = new RandomSource(7, 0);
        float[] w = model.NamedTensors().Single(entry => entry.Name == "blocks.0.attention.project.weight").Tensor.ToArray();
        double[] mean = new double[2 * Time + 1];
        const int texts = 6;
        for (int text = 0; text < texts; text++)
        {
            using var step = new Step(Cpu);
            float[] x = read(Indices.From(Cpu, [1, Time], [.. Enumerable.Range(0, Time).Select(_ => random.NextInt(500))])).ToArray();
            double Row(int row, int position) => Enumerable.Range(0, Width).Sum(i => (double)w[row * Width + i] * x[position * Width + i]);
            double[][] queries = [.. Enumerable.Range(0, Time).Select(p => Enumerable.Range(0, Each).Select(i => Row(head * Each + i, p)).ToArray())];
            double[][] keys = [.. Enumerable.Range(0, Time).Select(p => Enumerable.Range(0, Each).Select(i => Row(Width + head * Each + i, p)).ToArray())];
            for (int p = 8; p < Time - 8; p++)
            {
                double[] weights = [.. keys[..(causal ? p + 1 : Time)].Select(key => Math.Exp(key.Zip(queries[p], (a, b) => a * b).Sum() / Math.Sqrt(Each)))];
                for (int k = 0; k < weights.Length; k++) mean[k - p + Time] += weights[k] / weights.Sum() / texts / (Time - 16);
            }
        }
        return mean;
    }

    [Theory, InlineData(0, -1), InlineData(1, 1), InlineData(2, -3), InlineData(3, 3)]
    public void A_focused_head_looks_most_at_its_offset_and_one_that_is_not_nearly_evenly_at_all(int head, int offset)
    {
        double[] focused = Mean(New(true, Heads)), even = Mean(New(false));
        Assert.Equal(offset, Array.IndexOf(focused, focused.Max()) - Time);
        Assert.True(focused.Max() > (head < 2 ? 0.5 : 0.15), $"{focused.Max():F3} of the attention");
        Assert.True(focused[Time + offset] > 3 * focused[Time - offset], "forwards and backwards differ");
        Assert.True(even.Max() < 0.06, $"{even.Max():F3} of the attention, unfocused");

        double[] Mean(Bert bert) => MeanAttention(bert, tokens => bert.HiddenStates(tokens)[0], head);
    }

    [Fact]
    public void Unless_it_is_said_how_many_the_first_half_of_the_heads_looks_nearby_and_the_rest_reads_what_was_drawn()
    {
        Bert half = New(true), all = New(true, Heads), none = New(false);
        for (int head = 0; head < Heads; head++)
            Assert.Equal(head < 2, MeanAttention(half, tokens => half.HiddenStates(tokens)[0], head).Max() > 0.5);
        foreach (string name in new[] { "positions.weight", "blocks.0.attention.project.weight", "blocks.1.attention.project.weight" })
        {
            // Of positions columns belong to a head, of the weights rows, and columns of what they add.
            float[] begun = Values(half, name), whole = Values(all, name), drawn = Values(none, name);
            for (int i = 0; i < begun.Length; i++)
            {
                bool near = (name == "positions.weight" ? i % Width : i / Width % Width) < 2 * Each;
                Assert.Equal(near ? whole[i] : drawn[i], begun[i]);
            }
        }

        static float[] Values(Bert bert, string name) => bert.NamedTensors().Single(entry => entry.Name == name).Tensor.ToArray();
    }

    [Theory, InlineData(1, 1), InlineData(2, 2), InlineData(3, 2), InlineData(4, 2), InlineData(6, 4), InlineData(8, 4), InlineData(12, 6)]
    public void Half_of_the_heads_are_pairs_as_far_as_there_are_any(int heads, int looking)
    {
        float[][] each = [.. new[] { false, true }.Select(focused =>
        {
            var bert = new Bert(new() { Vocabulary = 5, Context = 2, Layers = 1, Heads = heads, Width = heads * 2 }, new Init(Cpu, 3));
            if (focused) bert.BeginFocused();
            return bert.NamedTensors().Single(entry => entry.Name == "positions.weight").Tensor.ToArray();
        })];
        for (int head = 0; head < heads; head++) Assert.Equal(head < looking, each[0][2 * head] != each[1][2 * head]);
    }

    [Theory, InlineData(0), InlineData(5)]
    public void No_head_or_more_than_there_are_cannot_look_nearby(int heads) =>
        Assert.Contains($"{heads} of 4 heads", Assert.Throws<ShapeException>(() => New(true, heads)).Message, StringComparison.Ordinal);

    [Theory, InlineData(0, -1), InlineData(1, -2), InlineData(2, -4), InlineData(3, -8)]
    public void Where_attention_is_causal_every_head_looks_back_twice_as_far_as_the_one_before(int head, int offset)
    {
        double[] focused = Mean(NewGpt(true)), even = Mean(NewGpt(false));
        Assert.Equal(offset, Array.IndexOf(focused, focused.Max()) - Time);
        Assert.True(focused.Max() > (head < 2 ? 0.5 : 0.1), $"{focused.Max():F3} of the attention");
        Assert.True(even[Time + offset] < 0.1, $"{even[Time + offset]:F3} of the attention, unfocused");

        double[] Mean(Gpt gpt) => MeanAttention(gpt, tokens => Read(gpt, tokens), head, causal: true);
    }

    [Fact]
    public void Every_two_heads_more_look_twice_as_far_and_positions_keep_their_size()
    {
        var bert = new Bert(new() { Vocabulary = 5, Context = 64, Layers = 1, Heads = 8, Width = 8 * 32 }, new Init(Cpu, 3));
        float[] drawn = Positions(bert);
        bert.BeginFocused(8);
        float[] table = Positions(bert);
        Assert.Equal(0.02, Math.Sqrt(table.Average(v => (double)v * v)), 1e-5);
        Assert.Equal(0.02, Math.Sqrt(drawn.Average(v => (double)v * v)), 0.003);
        // Of a head with reach w, rows w apart have about 1/e of the product of a row with itself (of the first two less: their frequencies stop at half a turn a position), rows far apart little.
        for (int head = 0; head < 8; head++)
        {
            double Product(int distance) => Enumerable.Range(head * 32, 32).Sum(i => (double)table[7 * 256 + i] * table[(7 + distance) * 256 + i]) / 32 / 0.02 / 0.02;
            int reach = 1 << head / 2;
            Assert.Equal(1, Product(0), 1e-4);
            Assert.Equal(head < 2 ? 0.19 : Math.Exp(-1), Product(reach), 0.11);
            Assert.True(Math.Abs(Product(6 * reach - 1)) < 0.3, $"head {head}: {Product(6 * reach - 1):F3}");
        }

        static float[] Positions(Bert bert) => bert.NamedTensors().Single(entry => entry.Name == "positions.weight").Tensor.ToArray();
    }

    [Fact]
    public void Focused_are_positions_queries_and_keys_and_what_passes_on_has_more_on_the_diagonals_of_values_and_output()
    {
        Bert plain = New(false), focused = New(true), passing = New(true, passes: 0.5f);
        Assert.Equal(["positions.weight", "blocks.0.attention.project.weight", "blocks.1.attention.project.weight"], Changed(plain, focused).Select(change => change.Name));
        (string Name, float[] By)[] more = [.. Changed(focused, passing)];
        Assert.Equal(["blocks.0.attention.project.weight", "blocks.0.attention.output.weight", "blocks.1.attention.project.weight", "blocks.1.attention.output.weight"], more.Select(change => change.Name));
        foreach ((string _, float[] by) in more)
            for (int i = 0; i < by.Length; i++)
            {
                int row = i / Width - (by.Length - Width * Width) / Width, column = i % Width;              // the last rows of both are square
                Assert.Equal(row == column ? 0.5f : 0f, by[i], 1e-6f);
            }
        float[] project = Changed(plain, focused).ElementAt(1).By;
        Assert.All(project[(2 * Width * Width)..], v => Assert.Equal(0f, v));

        static IEnumerable<(string Name, float[] By)> Changed(Bert before, Bert after) => before.NamedTensors().Zip(after.NamedTensors(), (a, b) =>
            (a.Name, By: a.Tensor.ToArray().Zip(b.Tensor.ToArray(), (x, y) => y - x).ToArray())).Where(change => change.By.Any(v => v != 0));
    }

    [Fact]
    public void What_a_head_beyond_the_last_distance_looks_at_begins_anew()
    {
        var bert = new Bert(new() { Vocabulary = 5, Context = 8, Layers = 1, Heads = 14, Width = 14 * 4 }, new Init(Cpu, 3));
        bert.BeginFocused(14);
        float[] table = bert.NamedTensors().Single(entry => entry.Name == "positions.weight").Tensor.ToArray();
        var gpt = new Gpt(new() { Vocabulary = 5, Context = 8, Layers = 1, Heads = 7, Width = 7 * 4 }, new Init(Cpu, 3));
        gpt.BeginFocused();
        float[] causal = gpt.NamedTensors().Single(entry => entry.Name == "positions.weight").Tensor.ToArray();
        for (int row = 0; row < 8; row++)
        {
            Assert.Equal(table[(row * 56)..(row * 56 + 8)], table[(row * 56 + 48)..(row * 56 + 56)]);
            Assert.Equal(causal[(row * 28)..(row * 28 + 4)], causal[(row * 28 + 24)..(row * 28 + 28)]);
        }
    }

    [Fact]
    public void A_feature_that_is_left_over_stays_as_it_was_drawn()
    {
        float[][] drawn = Rows(focused: false), begun = Rows(focused: true);
        for (int row = 0; row < 8; row++)
            for (int i = 0; i < 10; i++) Assert.Equal(i % 5 == 4, drawn[row][i] == begun[row][i]);

        static float[][] Rows(bool focused)
        {
            var gpt = new Gpt(new() { Vocabulary = 5, Context = 8, Layers = 1, Heads = 2, Width = 10 }, new Init(Cpu, 3));
            if (focused) gpt.BeginFocused();
            return [.. gpt.NamedTensors().Single(entry => entry.Name == "positions.weight").Tensor.ToArray().Chunk(10)];
        }
    }

    // Words that decide their neighbours: who looks at these from the first step soon knows more than how frequent words are.
    [Fact]
    public void What_neighbours_tell_is_learned_sooner()
    {
        double even = Loss(focused: false), focused = Loss(focused: true);
        Assert.True(focused < even - 0.25, $"focused {focused:F3}, even {even:F3}");

        static double Loss(bool focused)
        {
            var init = new Init(Cpu, 3);
            var encoder = new Bert(new() { Vocabulary = Marks.Vocabulary, Context = 64, Layers = 2, Heads = 4, Width = 64, Dropout = 0f, Segments = 1 }, init);
            if (focused) encoder.BeginFocused();
            var objective = new MaskedWords(encoder, new MaskedHead(init, 64, Marks.Vocabulary));
            var text = new FullSentences(Cpu, Lawful(segments: 6, tokens: 62), Marks, Options with { Context = 64 });
            Trainer trainer = Train(objective, text, steps: 150, learningRate: 3e-3);
            for (int i = 0; i < 150; i++) trainer.Step();
            return objective.MeanLoss(Cpu, text);
        }
    }
}
