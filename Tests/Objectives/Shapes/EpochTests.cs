using static NativeSsl.Tests.Objectives.Shapes.Miniature;

namespace NativeSsl.Tests.Objectives.Shapes;

/// <summary>The hooks carry labels that are drawn anew every epoch.</summary>
public sealed class EpochTests
{
    /// <summary>DeepCluster: every epoch, clusters of the features become the classes of a head that begins anew.</summary>
    sealed class DeepCluster : Objective
    {
        const int Classes = 4;
        readonly Linear _encoder, _head;
        int[] _labels = [];

        public DeepCluster()
        {
            var init = new Init(Cpu, 7);
            (_encoder, _head) = (new Linear(init, Axes, Axes), new Linear(init, Axes, Classes));
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
                .SelectMany(views => _encoder.Forward(views.Tensors[0]).Normalize().ToArray().Chunk(Axes))]));
            _head.CopyFrom(new Linear(new Init(Cpu, 100 + (ulong)progress.Epoch), Axes, Classes).NamedTensors());
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
                        centres[k] = [.. Enumerable.Range(0, Axes).Select(axis => own.Average(row => row[axis]))];
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
