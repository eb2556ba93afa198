namespace NativeSsl.Tests.Fixtures;

/// <summary>A small BERT with its heads of masked words and next sentences against libtorch, with padding: every gradient of the first batch, and the
/// losses of ten steps. The loss is composed here, over all positions; the reference gathers the guessed ones first.</summary>
public sealed class BertParityTests
{
    public static TheoryData<SimdWidth> Widths => [.. RegisterWidths.Testable];

    [Theory, MemberData(nameof(Widths))]
    public void Every_gradient_is_libtorchs(SimdWidth width)
    {
        var frozen = new Frozen("bert", new CpuBackend(width, threads: 2));
        BertWithHeads model = Model(frozen);
        using (var step = new Step(frozen.Backend, training: true)) new Guessing(model).Loss(new Batches(frozen).Draw(0)).Backward();
        frozen.AssertGradients(model);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Ten_losses_are_libtorchs(SimdWidth width)
    {
        var frozen = new Frozen("bert", new CpuBackend(width, threads: 2));
        frozen.AssertLosses(frozen.Trainer(new Guessing(Model(frozen)), new Batches(frozen)));
    }

    static BertWithHeads Model(Frozen frozen) => frozen.Fill(new BertWithHeads(new Bert.Config
    {
        Vocabulary = (int)frozen.Number("vocabulary"), Context = (int)frozen.Number("context"), Layers = (int)frozen.Number("layers"),
        Heads = (int)frozen.Number("heads"), Width = (int)frozen.Number("width"), Dropout = 0f,
    }, new Init(frozen.Backend, seed: 0)));

    sealed class Guessing(BertWithHeads model) : Objective
    {
        public override IReadOnlyList<Part> Parts => [new("model", model)];

        public override Tensor Loss(Views views)
        {
            Tensor x = model.Encoder.Features(views.Indices[0], views.Indices[1], views.Indices[3]);
            return model.MaskedHead!.Logits(x, model.Encoder.Table).CrossEntropy(views.Indices[2])
                + model.NextSentence!.Forward(model.Pooler!.Forward(x)).CrossEntropy(views.Indices[4]);
        }
    }

    sealed class Batches(Frozen frozen) : IViewSource
    {
        public Views Draw(long draw)
        {
            Indices Batch(string name)
            {
                Shape shape = frozen.ShapeOf(name).Without(0);
                return Indices.From(frozen.Backend, shape, [.. frozen.Values(name).Skip((int)(draw * shape.Count)).Take((int)shape.Count).Select(value => (int)value)]);
            }
            return new Views { Indices = [Batch("tokens"), Batch("segments"), Batch("targets"), Batch("lengths"), Batch("follows")], Terms = 1 };
        }

        public IEnumerable<Views> Everything() => Enumerable.Range(0, frozen.ShapeOf("tokens")[0]).Select(batch => Draw(batch));

        public long? DrawsPerEpoch => null;
    }
}
