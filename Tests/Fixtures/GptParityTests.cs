namespace NativeSsl.Tests.Fixtures;

/// <summary>A small GPT against libtorch: every gradient of the first batch, and the losses of ten steps.</summary>
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
        Gpt model = Model(frozen);
        using (var step = new Step(model.Backend, training: true)) new NextToken(model).Loss(new Batches(frozen).Draw(0)).Backward();
        frozen.AssertGradients(model);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Ten_losses_are_libtorchs(string fixture, SimdWidth width)
    {
        var frozen = new Frozen(fixture, new CpuBackend(width, threads: 2));
        frozen.AssertLosses(frozen.Trainer(new NextToken(Model(frozen)), new Batches(frozen)));
    }

    static Gpt Model(Frozen frozen) => frozen.Fill(new Gpt(new Gpt.Config
    {
        Vocabulary = (int)frozen.Number("vocabulary"), Context = (int)frozen.Number("context"), Layers = (int)frozen.Number("layers"),
        Heads = (int)frozen.Number("heads"), Width = (int)frozen.Number("width"), Bias = frozen.Number("bias") == 1,
    }, new Init(frozen.Backend, seed: 0)));

    sealed class Batches(Frozen frozen) : IViewSource
    {
        public Views Draw(long draw)
        {
            Shape shape = frozen.ShapeOf("tokens").Without(0);
            Indices Batch(string name) => Indices.From(frozen.Backend, shape,
                [.. frozen.Values(name).Skip((int)(draw * shape.Count)).Take((int)shape.Count).Select(token => (int)token)]);
            return new Views { Indices = [Batch("tokens"), Batch("targets")], Terms = shape.Count };
        }

        public IEnumerable<Views> Everything() => Enumerable.Range(0, frozen.ShapeOf("tokens")[0]).Select(batch => Draw(batch));

        public long? DrawsPerEpoch => null;
    }
}
