namespace NativeSsl.Tests.Objectives;

public sealed class TextToTextTests
{
    static readonly CpuBackend Cpu = new(2);
    static readonly T5.Config Tiny = new() { Vocabulary = 16, Layers = 1, Heads = 2, Width = 32, HeadWidth = 16, Hidden = 64, Dropout = 0f };

    static T5 Model(T5.Config? config = null) => new(config ?? Tiny, new Init(Cpu, 3));

    static Indices Rows(params int[][] rows) => Indices.From(Cpu, [rows.Length, rows[0].Length], [.. rows.SelectMany(row => row)]);

    /// <summary>Texts of different tokens, to be written backwards: 0 is padding, 1 the end.</summary>
    sealed class Backwards(ulong seed) : IViewSource
    {
        const int Batch = 32, Longest = 6;

        public long? DrawsPerEpoch => null;

        public IEnumerable<Views> Everything() => Enumerable.Range(1_000_000, 4).Select(i => Draw(i));

        public Views Draw(long draw)
        {
            int[] inputs = new int[Batch * (Longest + 1)], targets = new int[Batch * (Longest + 1)], lengths = new int[Batch];
            for (int b = 0; b < Batch; b++)
            {
                var random = new RandomSource(seed, 0) { Position = (ulong)(draw * Batch + b) * 32 };
                int[] tokens = [.. Enumerable.Range(2, 14)];
                random.Shuffle<int>(tokens);
                int length = 3 + random.NextInt(Longest - 2), row = b * (Longest + 1);
                for (int i = 0; i < length; i++) (inputs[row + i], targets[row + i]) = (tokens[i], tokens[length - 1 - i]);
                (inputs[row + length], targets[row + length], lengths[b]) = (1, 1, length + 1);
            }
            return new Views
            {
                Indices = [Indices.From(Cpu, [Batch, Longest + 1], inputs), Indices.From(Cpu, [Batch, Longest + 1], targets), Indices.From(Cpu, [Batch], lengths)],
                Terms = targets.Count(token => token != 0),
            };
        }
    }

    /// <summary>The same model, whose decoder finds nothing but zeros where the memory should be.</summary>
    sealed class Blind(T5 model) : SequenceModel
    {
        public override IReadOnlyList<Part> Parts => model.Parts;
        public override int Vocabulary => model.Vocabulary;
        public override IBackend Backend => model.Backend;
        public override Tensor Head => model.Head;
        public override Tensor Encode(Indices tokens, Indices? lengths = null) => Tensor.Zeros(Cpu, model.Encode(tokens, lengths).Shape);
        public override Tensor Decode(Indices tokens, Tensor memory, Indices? memoryLengths = null) => model.Decode(tokens, memory, memoryLengths);
        public override Tensor Decode(Indices tokens, SequenceCache cache) => model.Decode(tokens, cache);
        public override SequenceCache NewCache(Tensor memory, Indices? memoryLengths, int capacity, int beams = 1) =>
            model.NewCache(memory, memoryLengths, capacity, beams);
    }

    static Trainer Train(Objective objective, IViewSource source, int steps, double rate) => new(objective, source, new TrainerOptions
    {
        Steps = steps, Seed = 5, Clip = 1,
        Players = new Dictionary<string, Player> { ["main"] = new(p => new AdamW(p, 0.9, 0.99), new LinearWarmup(20, new Cosine(rate, rate / 10, steps - 20))) },
    });

    [Theory, InlineData(false), InlineData(true)]
    public void The_loss_is_that_of_the_textbook_and_padding_does_not_count(bool second)
    {
        T5.Config config = second ? Models.T5Tests.Second : Models.T5Tests.First;
        T5 model = Model(config);
        var textbook = new Models.T5Textbook(config, Models.T5Textbook.WeightsOf(model));
        int[][] inputs = [[4, 5, 6, 1], [7, 1, 0, 0]], targets = [[8, 1, 0, 0, 0], [9, 10, 11, 12, 1]];
        double expected = (2 * textbook.Loss(inputs[0], [8, 1]) + 5 * textbook.Loss([7, 1], targets[1])) / 7;
        using var step = new Step(Cpu);
        Tensor loss = new TextToText(model, padding: 0).Loss(new Views { Indices = [Rows(inputs), Rows(targets), Indices.From(Cpu, [2], 4, 2)] });
        Assert.Equal(expected, loss.Item(), 1e-5);
    }

    // From 2,048 tokens on the logits are never stored as a whole.
    [Theory, InlineData(true), InlineData(false)]
    public void A_large_vocabulary_has_the_same_loss(bool tied)
    {
        T5 model = Model(Tiny with { Vocabulary = 2048, Tied = tied });
        using var step = new Step(Cpu);
        Indices inputs = Rows([4, 2000, 1]), targets = Rows([1999, 5, 1, 0]);
        double expected = model.Logits(inputs, Rows([0, 1999, 5, 1])).CrossEntropy(targets, ignoreIndex: 0).Item();
        Assert.Equal(expected, new TextToText(model, 0).Loss(new Views { Indices = [inputs, targets] }).Item(), 1e-5);
    }

    [Fact]
    public void Writing_begins_behind_the_first_token()
    {
        Assert.Equal([7, 1, 2, 7, 4, 5], TextToText.ShiftedRight(Rows([1, 2, 3], [4, 5, 6]), 7).Values.ToArray());
        Assert.Equal([0, 0], TextToText.ShiftedRight(Rows([1], [4]), 0).Values.ToArray());
        Assert.Equal(0, TextToText.ShiftedRight(Indices.From(Cpu, [2, 0]), 0).Values.Length);
    }

    [Fact]
    public void Ten_losses_are_what_they_have_always_been()
    {
        var corruption = new SpanCorruption { FirstSentinel = 15, Sentinels = 4, End = 1 };
        int[] text = [.. SmallRun.Text.Select(token => token % 10 + 2)];
        var objective = new TextToText(Model(Tiny with { Layers = 2, Dropout = 0.1f }), padding: 0);
        Trainer trainer = Train(objective, new SpanCorruptionWindows(Cpu, text, corruption, corruption.RawLength(24), 8, seed: 5), 60, 1e-2);
        double[] losses = [.. Enumerable.Range(0, 10).Select(_ => trainer.Step().Loss)];
        double[] expected = [3.54320, 4.11246, 3.64790, 3.71539, 3.04165, 3.21539, 3.13965, 3.32541, 2.82396, 2.97305];
        Assert.True(expected.Zip(losses, (a, b) => Math.Abs(a - b)).Max() < 2e-4, string.Join(", ", losses.Select(loss => FormattableString.Invariant($"{loss:F5}"))));
        Assert.Equal(Math.Log(16), objective.ChanceLoss!.Value, 1e-12);
    }

    [Fact]
    public void The_rate_of_a_tensor_is_in_proportion_to_the_size_that_the_model_gives_its_steps()
    {
        T5 model = Model(Tiny with { HeadWidth = 8 });
        IReadOnlyList<ParameterGroup> groups = new TextToText(model, padding: 0).ParameterGroups(0.5f);
        Assert.Equal(model.NamedParameters().Select(entry => $"model.{entry.Name}").Order(), groups.SelectMany(group => group.Tensors).Select(entry => entry.Name).Order());
        Assert.All(groups, group => Assert.All(group.Tensors, entry =>
        {
            Assert.Equal(model.StepSize(entry.Tensor), group.LearningRateScale);
            Assert.Equal(entry.Tensor.Shape.Rank < 2 ? 0f : 0.5f, group.WeightDecay);
        }));
        Assert.Equal([1f, 1 / MathF.Sqrt(16), 1 / MathF.Sqrt(32), 1 / MathF.Sqrt(64)], groups.Where(group => group.Tensors.Count > 0).Select(group => group.LearningRateScale).Distinct().OrderDescending());

        // AdamW's first step moves every value by the rate: here by as much as its tensor may.
        Dictionary<string, float[]> before = model.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray());
        Train(new TextToText(model, padding: 0), new Backwards(1), 100, 0.21).Step();      // the first of 20 on the way up
        foreach ((string name, Tensor tensor) in model.NamedParameters())
            Assert.Equal(0.01f * model.StepSize(tensor), before[name].Zip(tensor.ToArray(), (a, b) => Math.Abs(a - b)).Max(), 1e-4f * model.StepSize(tensor));
    }

    [Fact]
    public void It_learns_to_write_backwards_and_without_the_memory_it_does_not()
    {
        double Learned(SequenceModel model)
        {
            var objective = new TextToText(model, padding: 0);
            Trainer trainer = Train(objective, new Backwards(1), 1000, 5e-3);
            for (int i = 0; i < 1000; i++) trainer.Step();
            return objective.MeanLoss(Cpu, new Backwards(2));
        }
        T5 model = Model();
        double seeing = Learned(model), blind = Learned(new Blind(Model()));
        Assert.True(seeing < 0.05 && blind > 1.5, $"{seeing:F3} with the memory, {blind:F3} without; chance is {Math.Log(16):F3}");

        // What greedy writing makes of texts that it has not seen.
        Views views = new Backwards(3).Draw(0);
        int right = model.BeamSearch(views.Indices[0], new BeamOptions { Beams = 1, Start = 0, End = 1, MaxTokens = 7 }, views.Indices[2])
            .Zip(views.Indices[1].Values.ToArray().Chunk(7), (texts, target) => texts[0].Ended && texts[0].Tokens.SequenceEqual(target.TakeWhile(token => token != 1)))
            .Count(same => same);
        Assert.True(right >= 28, $"{right} of 32 texts backwards without a mistake");
    }

    [Fact]
    public void Views_that_do_not_fit_are_refused()
    {
        var objective = new TextToText(Model(), 0);
        Indices two = Rows([1, 2], [3, 4]);
        Assert.Contains("1 indices were given", Assert.Throws<ShapeException>(() => objective.Loss(new Views { Indices = [two] })).Message, StringComparison.Ordinal);
        Assert.Contains("inputs have shape [2, 2] and targets [1, 2]",
            Assert.Throws<ShapeException>(() => objective.Loss(new Views { Indices = [two, Rows([1, 2])] })).Message, StringComparison.Ordinal);
        Assert.Throws<IndexException>(() => objective.Loss(new Views { Indices = [two, Rows([1, 16], [1, 1])] }));
        Assert.Throws<ShapeException>(() => objective.Loss(new Views { Indices = [two, two, Indices.From(Cpu, [3], 1, 1, 1)] }));
    }
}
