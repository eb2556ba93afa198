namespace NativeSsl.Tests.Fixtures;

/// <summary>A small BERT that guesses masked words against libtorch: every gradient of the first batch, and the losses of ten steps.</summary>
public sealed class BertParityTests
{
    public static TheoryData<SimdWidth> Widths => [.. RegisterWidths.Testable];

    [Theory, MemberData(nameof(Widths))]
    public void Every_gradient_is_libtorchs(SimdWidth width)
    {
        var frozen = new Frozen("bert", new CpuBackend(width, threads: 2));
        MaskedWords objective = Objective(frozen);
        using (var step = new Step(frozen.Backend, training: true)) objective.Loss(new Batches(frozen).Draw(0)).Backward();
        frozen.AssertGradients(objective);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Ten_losses_are_libtorchs(SimdWidth width)
    {
        var frozen = new Frozen("bert", new CpuBackend(width, threads: 2));
        frozen.AssertLosses(frozen.Trainer(Objective(frozen), new Batches(frozen)), 1e-5);
    }

    static MaskedWords Objective(Frozen frozen)
    {
        (int vocabulary, int width, Init init) = ((int)frozen.Number("vocabulary"), (int)frozen.Number("width"), new(frozen.Backend, seed: 0));
        Bert bert = new(new Bert.Config
        {
            Vocabulary = vocabulary, Context = (int)frozen.Number("context"), Layers = (int)frozen.Number("layers"), Heads = (int)frozen.Number("heads"),
            Width = width, Segments = 1, Dropout = 0f,
        }, init);
        return frozen.Fill(new MaskedWords(bert, new MaskedHead(init, width, vocabulary)));
    }

    sealed class Batches(Frozen frozen) : IViewSource
    {
        public Views Draw(long draw)
        {
            Shape tokens = frozen.ShapeOf("tokens").Without(0);
            Indices[] indices = new Indices[5];
            indices[MaskedViews.Tokens] = Batch("tokens");
            indices[MaskedViews.Segments] = Indices.From(frozen.Backend, tokens, new int[tokens.Count]);
            indices[MaskedViews.Lengths] = Indices.From(frozen.Backend, [tokens[0]], [.. Enumerable.Repeat(tokens[1], tokens[0])]);
            indices[MaskedViews.Places] = Batch("places");
            indices[MaskedViews.Targets] = Batch("words");
            return new Views { Indices = indices, Terms = indices[MaskedViews.Targets].Shape.Count };

            Indices Batch(string name)
            {
                Shape shape = frozen.ShapeOf(name).Without(0);
                return Indices.From(frozen.Backend, shape,
                    [.. frozen.Values(name).Skip((int)(draw * shape.Count)).Take((int)shape.Count).Select(number => (int)number)]);
            }
        }

        public IEnumerable<Views> Everything() => Enumerable.Range(0, frozen.ShapeOf("tokens")[0]).Select(batch => Draw(batch));

        public long? DrawsPerEpoch => null;
    }
}
