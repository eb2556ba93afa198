namespace NativeSsl.Tests.Objectives;

/// <summary>Three objectives in miniature that ask the most of the hooks:
/// a moving teacher, an adversary, labels that are drawn anew every epoch.</summary>
public sealed class ShapeOfObjectivesTests
{
    const int Features = 8;
    static readonly CpuBackend Cpu = new(1);

    static Trainer Train(Objective objective, IViewSource data, int steps, params (string Name, Player Player)[] players)
    {
        var trainer = new Trainer(objective, data,
            new TrainerOptions { Steps = steps, Players = players.ToDictionary(p => p.Name, p => p.Player) });
        for (int step = 0; step < steps; step++) trainer.Step();
        return trainer;
    }

    static Player Adam(double rate) => new(p => new AdamW(p, 0.5), new Constant(rate));

    /// <summary>Points around four centres; a sample's views are the point with noise, and its number.</summary>
    sealed class Clusters(float spread = 0.1f) : IViewSource
    {
        internal const int Count = 64, Batch = 16;
        public long? DrawsPerEpoch => Count / Batch;
        public Views Draw(long draw) =>
            Of([.. Enumerable.Range(0, Batch).Select(i => (int)(draw * Batch + i) % Count)], noise: spread, (ulong)draw);
        public IEnumerable<Views> Everything() => [Of([.. Enumerable.Range(0, Count)], noise: 0f, 0)];

        Views Of(int[] numbers, float noise, ulong draw)
        {
            var random = new RandomSource(9, draw + 1);
            Tensor View() => Tensor.From(Cpu, [numbers.Length, Features],
                [.. numbers.SelectMany(n => Point(n).Select(v => v + noise * random.NextNormal()))]);
            return new Views { Tensors = [View(), View()], Indices = [Indices.From(Cpu, [numbers.Length], numbers)] };
        }

        static float[] Point(int number)
        {
            var own = new RandomSource(9, 1000 + (ulong)number);
            return [.. Enumerable.Range(0, Features).Select(axis => (axis == number % 4 ? 3f : 0f) + 0.3f * own.NextNormal())];
        }
    }

    /// <summary>BYOL: a student predicts what a slowly following teacher sees in the other view.
    /// Without the stop it may move the target as well.</summary>
    sealed class Byol : Objective
    {
        readonly Linear _online, _predictor, _target;
        readonly Momentum _teacher;
        readonly bool _stop;

        public Byol(bool stop)
        {
            _stop = stop;
            var init = new Init(Cpu, 4);
            _online = new Linear(init, Features, Features, bias: true);
            _predictor = new Linear(init, Features, Features, bias: true);
            _target = new Linear(new Init(Cpu, 4, trained: false), Features, Features, bias: true);
            _teacher = new Momentum(_online, _target);
        }

        public override IReadOnlyList<Part> Parts => [new("online", _online), new("predictor", _predictor), new("target", _target)];

        public override Tensor Loss(Views views) =>
            Distance(views.Tensors[0], views.Tensors[1]) + Distance(views.Tensors[1], views.Tensors[0]);

        // ‖q − z′‖² of unit vectors = 2 − 2 ⟨q, z′⟩
        Tensor Distance(Tensor view, Tensor other)
        {
            Tensor student = _stop ? _predictor.Forward(_online.Forward(view)) : _online.Forward(view);
            Tensor teacher = _stop ? _target.Forward(other).StopGradient() : _online.Forward(other);
            return 2f - 2f * (student.Normalize() * teacher.Normalize()).Sum(-1).Mean();
        }

        public override void AfterStep(Progress progress) => _teacher.Follow(0.98f);

        /// <summary>The spread of unit-length features over the set: 1/√d when they fill the sphere, 0 when all are the same.</summary>
        public double Spread()
        {
            using var step = new Step(Cpu);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            float[][] rows = [.. _online.Forward(new Clusters(0f).Everything().Single().Tensors[0]).Normalize().ToArray().Chunk(Features)];
            return Enumerable.Range(0, Features).Average(axis =>
            {
                double mean = rows.Average(row => row[axis]);
                return Math.Sqrt(rows.Average(row => (row[axis] - mean) * (row[axis] - mean)));
            });
        }
    }

    [Fact]
    public void A_student_with_a_teacher_keeps_its_spread_and_collapses_without_the_stop()
    {
        Byol with = new(stop: true), without = new(stop: false);
        Train(with, new Clusters(spread: 1.5f), 600, ("main", Adam(0.01)));
        Train(without, new Clusters(spread: 1.5f), 600, ("main", Adam(0.01)));
        Assert.True(without.Spread() < 0.5 * with.Spread(), $"spread {with.Spread():F3} with the stop, {without.Spread():F3} without");
    }

    /// <summary>A generator learns the mean of the data from a discriminator that is trained against it,
    /// each by its own optimizer.</summary>
    sealed class Adversarial : Objective
    {
        internal const float Truth = 2f;
        readonly Tensor _shift = Tensor.Zeros(Cpu, [2]).RequireGradient();
        readonly Linear _hidden, _score;

        public Adversarial()
        {
            var init = new Init(Cpu, 6);
            (_hidden, _score) = (new Linear(init, 2, 16), new Linear(init, 16, 1));
        }

        public Tensor Shift => _shift;
        public override IReadOnlyList<Part> Parts => [new("shift", _shift), new("hidden", _hidden), new("score", _score)];

        public override IReadOnlyList<ParameterGroup> ParameterGroups(float weightDecay) =>
        [
            new("generator", [("shift", _shift)]),
            new("discriminator", [.. NamedParameters().Where(entry => entry.Name != "shift")]) { Optimizer = "adversary" },
        ];

        public override Tensor Loss(Views views) => Softplus(-Score(views.Tensors[0] + _shift));

        public override Tensor Loss(Views views, string player) => player == "main" ? Loss(views)
            : Softplus(Score((views.Tensors[0] + _shift).StopGradient())) + Softplus(-Score(views.Tensors[1] + Truth));

        Tensor Score(Tensor x) => _score.Forward(_hidden.Forward(x, Activation.Relu));
        static Tensor Softplus(Tensor x) => (x.Exp() + 1f).Log().Mean();
    }

    sealed class Noise : IViewSource
    {
        public long? DrawsPerEpoch => null;
        public IEnumerable<Views> Everything() => [];

        public Views Draw(long draw)
        {
            var random = new RandomSource(8, (ulong)draw);
            Tensor Normal() => Tensor.From(Cpu, [32, 2], [.. Enumerable.Range(0, 64).Select(_ => random.NextNormal())]);
            return new Views { Tensors = [Normal(), Normal()] };
        }
    }

    [Fact]
    public void Two_players_move_in_turn_each_with_its_optimizer()
    {
        Adversarial game = new();
        Train(game, new Noise(), 600, ("main", Adam(0.01)), ("adversary", new(p => new AdamW(p, 0.5), new Constant(0.01))));
        Assert.All(game.Shift.ToArray(), value => Assert.InRange(value, Adversarial.Truth - 0.7f, Adversarial.Truth + 0.7f));

        Adversarial still = new();
        float[] before = [.. still.NamedParameters().SelectMany(entry => entry.Tensor.ToArray())];
        Train(still, new Noise(), 5, ("main", Adam(0)), ("adversary", new(p => new Sgd(p), new Constant(0.1))));
        Assert.Equal([0f, 0f], still.Shift.ToArray());
        Assert.NotEqual(before, still.NamedParameters().SelectMany(entry => entry.Tensor.ToArray()));
        Assert.Contains("'adversary'",
            Assert.Throws<NativeSslException>(() => Train(new Adversarial(), new Noise(), 1, ("main", Adam(0)))).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Two players, of whom the second has no finite loss from a given step on.</summary>
    sealed class SecondDiverges(int from) : Objective
    {
        readonly Tensor _first = Tensor.Full(Cpu, [3], 1f).RequireGradient(), _second = Tensor.Full(Cpu, [3], 1f).RequireGradient();
        int _calls;
        public override IReadOnlyList<Part> Parts => [new("first", _first), new("second", _second)];
        public override IReadOnlyList<ParameterGroup> ParameterGroups(float weightDecay) =>
            [new("first", [("first", _first)]), new("second", [("second", _second)]) { Optimizer = "other" }];
        public override Tensor Loss(Views views) => _first.Square().Sum();
        public override Tensor Loss(Views views, string player) =>
            player == "main" ? Loss(views) : (_calls++ < from ? _second : _second * float.NaN).Square().Sum();
    }

    [Fact]
    public void When_the_second_player_diverges_the_first_takes_its_move_back()
    {
        SecondDiverges game = new(from: 2);
        List<Optimizer> optimizers = [];
        Player Watched() => new(p => { optimizers.Add(new AdamW(p)); return optimizers[^1]; }, new Constant(0.1));
        var trainer = new Trainer(game, new Noise(), new TrainerOptions
        {
            Steps = 5, Players = new Dictionary<string, Player> { ["main"] = Watched(), ["other"] = Watched() },
        });
        float[] All() => [.. game.NamedTensors().Concat(optimizers.SelectMany(optimizer => optimizer.State)).SelectMany(entry => entry.Tensor.ToArray())];
        trainer.Step();
        float[] afterOne = All();
        trainer.Step();
        float[] before = All();
        Assert.NotEqual(afterOne, before);
        Assert.Contains("the loss of other is NaN", Assert.Throws<DivergedException>(() => trainer.Step()).Message, StringComparison.Ordinal);
        Assert.Equal(before, All());
        Assert.Equal(2, trainer.StepsDone);
    }

    /// <summary>DeepCluster: every epoch, clusters of the features become the classes of a head that begins anew.</summary>
    sealed class DeepCluster : Objective
    {
        const int Classes = 4;
        readonly Linear _encoder, _head;
        int[] _labels = [];

        public DeepCluster()
        {
            var init = new Init(Cpu, 7);
            (_encoder, _head) = (new Linear(init, Features, Features), new Linear(init, Features, Classes));
        }

        public List<int[]> Assignments { get; } = [];
        public override IReadOnlyList<Part> Parts => [new("encoder", _encoder), new("head", _head)];

        public override IReadOnlyList<ParameterGroup> ParameterGroups(float weightDecay) =>
            [new("encoder", [.. NamedParameters().Where(Encodes)]), new("head", [.. NamedParameters().Where(entry => !Encodes(entry))])];

        static bool Encodes((string Name, Tensor Tensor) entry) => entry.Name.StartsWith("encoder", StringComparison.Ordinal);

        public override Tensor Loss(Views views)
        {
            int[] numbers = views.Indices[0].Values.ToArray();
            Indices labels = Indices.From(Cpu, [numbers.Length], [.. numbers.Select(number => _labels[number])]);
            return _head.Forward(_encoder.Forward(views.Tensors[0])).CrossEntropy(labels);
        }

        public override IReadOnlyList<string> BeforeEpoch(IViewSource data, Progress progress)
        {
            using var step = new Step(Cpu);
            Assignments.Add(_labels = Means([.. data.Everything()
                .SelectMany(views => _encoder.Forward(views.Tensors[0]).Normalize().ToArray().Chunk(Features))]));
            _head.CopyFrom(new Linear(new Init(Cpu, 100 + (ulong)progress.Epoch), Features, Classes).NamedTensors());
            return ["head"];
        }

        // k-means from points far from each other.
        static int[] Means(float[][] rows)
        {
            static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => (x - y) * (double)(x - y)).Sum();
            List<float[]> centres = [rows[0]];
            while (centres.Count < Classes) centres.Add(rows.MaxBy(row => centres.Min(centre => Distance(row, centre)))!);
            int[] labels = new int[rows.Length];
            for (int round = 0; round < 10; round++)
            {
                for (int i = 0; i < rows.Length; i++) labels[i] = Enumerable.Range(0, Classes).MinBy(k => Distance(rows[i], centres[k]));
                for (int k = 0; k < Classes; k++)
                    if (rows.Where((_, i) => labels[i] == k).ToArray() is { Length: > 0 } own)
                        centres[k] = [.. Enumerable.Range(0, Features).Select(axis => own.Average(row => row[axis]))];
            }
            return labels;
        }
    }

    [Fact]
    public void Labels_and_head_are_drawn_anew_every_epoch()
    {
        DeepCluster objective = new();
        var data = new Clusters();
        var trainer = new Trainer(objective, data,
            new TrainerOptions { Steps = 20, Players = new Dictionary<string, Player> { ["main"] = Adam(0.02) } });
        double[] losses = [.. Enumerable.Range(0, 20).Select(_ => trainer.Step().Loss)];
        Assert.Equal(5, objective.Assignments.Count);
        double first = losses.Where((_, step) => step % 4 == 0).Average(), final = losses.Where((_, step) => step % 4 == 3).Average();
        Assert.True(first > final + 0.1, $"a new head knows nothing yet: {first:F3}, at the end of its epoch {final:F3}");
        int[] last = objective.Assignments[^1];
        Assert.Equal(4, last.Distinct().Count());
        for (int i = 0; i < last.Length; i++) Assert.Equal(last[i % 4], last[i]);
    }
}
