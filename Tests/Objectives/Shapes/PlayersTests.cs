using static NativeSsl.Tests.Objectives.Shapes.Miniature;

namespace NativeSsl.Tests.Objectives.Shapes;

/// <summary>The hooks carry two players, each with its optimizer.</summary>
public sealed class PlayersTests
{
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
}
