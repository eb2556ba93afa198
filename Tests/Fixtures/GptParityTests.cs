using System.Globalization;

namespace NativeSsl.Tests.Fixtures;

/// <summary>
/// A small GPT against libtorch: every gradient of the first batch, and the losses of ten steps. What libtorch said is frozen in the
/// safetensors files beside this one, with the first weights and the batches; Bench's command <c>fixtures</c> wrote them.
/// </summary>
public sealed class GptParityTests
{
    public static TheoryData<string, SimdWidth> Cases
    {
        get
        {
            TheoryData<string, SimdWidth> cases = [];
            foreach (string fixture in (string[])["gpt", "gpt-bias"])
                foreach (SimdWidth width in RegisterWidths.Testable) cases.Add(fixture, width);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_gradient_is_libtorchs(string fixture, SimdWidth width)
    {
        var frozen = new Frozen(fixture, new CpuBackend(width, threads: 2));
        Gpt model = frozen.Model();
        using (var step = new Step(model.Backend, training: true)) new NextToken(model).Loss(frozen.Draw(0)).Backward();
        int compared = 0;
        foreach (var (name, parameter) in model.NamedParameters())
        {
            float[] expected = frozen.Values($"gradient.{name}"), actual = parameter.Gradient.ToArray();
            double scale = expected.Max(Math.Abs), difference = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max();
            Assert.True(difference <= 1e-4 * scale,
                $"{fixture}, {width}: the gradient of {name} differs from libtorch's by {difference / scale:E1} of its largest element; " +
                "1e-4 is allowed.");
            compared++;
        }
        Assert.Equal(frozen.GradientCount, compared);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Ten_losses_are_libtorchs(string fixture, SimdWidth width)
    {
        var frozen = new Frozen(fixture, new CpuBackend(width, threads: 2));
        Trainer trainer = frozen.Trainer(frozen.Model());
        float[] losses = frozen.Values("losses");
        Assert.Equal(10, losses.Length);
        for (int step = 0; step < losses.Length; step++)
        {
            double loss = trainer.Step().Loss;
            Assert.True(Math.Abs(loss - losses[step]) <= 1e-3,
                $"{fixture}, {width}: the loss of step {step + 1} is {loss:R}, libtorch's {losses[step]:R}; 1e-3 is allowed.");
        }
    }

    /// <summary>One file: also a source of the batches that it holds.</summary>
    sealed class Frozen : IViewSource
    {
        readonly CpuBackend _backend;
        readonly Dictionary<string, Tensor> _tensors;
        readonly IReadOnlyDictionary<string, string> _metadata;

        public Frozen(string name, CpuBackend backend)
        {
            string path = Path.Combine(AppContext.BaseDirectory, "Fixtures", $"{name}.safetensors");
            (_backend, _tensors) = (backend, Safetensors.Load(path, backend));
            using var file = SafetensorsFile.Open(path);
            _metadata = file.Metadata;
        }

        public int GradientCount => _tensors.Keys.Count(name => name.StartsWith("gradient.", StringComparison.Ordinal));

        public float[] Values(string name) => _tensors[name].ToArray();

        double Number(string name) => double.Parse(_metadata[name], CultureInfo.InvariantCulture);

        public Gpt Model()
        {
            Gpt model = new(new Gpt.Config
            {
                Vocabulary = (int)Number("vocabulary"), Context = (int)Number("context"), Layers = (int)Number("layers"),
                Heads = (int)Number("heads"), Width = (int)Number("width"), Bias = Number("bias") == 1,
            }, new Init(_backend, seed: 0));
            foreach (var (name, parameter) in model.NamedParameters()) parameter.Storage.CopyFrom(Values($"weight.{name}"));
            return model;
        }

        public Trainer Trainer(Gpt model) => new(new NextToken(model), this, new TrainerOptions
        {
            Steps = 10,
            Players = new Dictionary<string, Player>
            {
                ["main"] = new(parameters => new AdamW(parameters, Number("beta1"), Number("beta2"), Number("epsilon")),
                    new Constant(Number("rate"))),
            },
            WeightDecay = (float)Number("decay"),
        });

        public Views Draw(long draw)
        {
            Shape all = _tensors["tokens"].Shape, shape = all.Without(0);
            Indices Batch(string name) =>
                Indices.From(_backend, shape,
                    [.. Values(name).Skip((int)(draw * shape.Count)).Take((int)shape.Count).Select(token => (int)token)]);
            return new Views { Indices = [Batch("tokens"), Batch("targets")], Terms = shape.Count };
        }

        public IEnumerable<Views> Everything() => Enumerable.Range(0, _tensors["tokens"].Shape[0]).Select(batch => Draw(batch));

        public long? DrawsPerEpoch => null;
    }
}
