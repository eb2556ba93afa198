namespace NativeSsl.Tests.Fixtures;

/// <summary>A small BERT that guesses masked words and tells pairs of texts apart, with padding, against libtorch: every gradient of the first batch, and the losses of ten
/// steps.</summary>
public sealed class BertParityTests
{
    static readonly string[] Parts = Names();

    static string[] Names()
    {
        string[] names = new string[6];
        (names[MaskedViews.Tokens], names[MaskedViews.Segments], names[MaskedViews.Lengths]) = ("tokens", "segments", "lengths");
        (names[MaskedViews.Places], names[MaskedViews.Targets], names[MaskedViews.Labels]) = ("places", "words", "labels");
        return names;
    }

    public static TheoryData<SimdWidth> Widths => [.. RegisterWidths.Testable];

    [Theory, MemberData(nameof(Widths))]
    public void Every_gradient_is_libtorchs(SimdWidth width)
    {
        var frozen = new Frozen("bert", new CpuBackend(width, threads: 2));
        NextSentence objective = Objective(frozen);
        using (var step = new Step(frozen.Backend, training: true)) objective.Loss(new Batches(frozen).Draw(0)).Backward();
        frozen.AssertGradients(objective);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Ten_losses_are_libtorchs(SimdWidth width)
    {
        var frozen = new Frozen("bert", new CpuBackend(width, threads: 2));
        frozen.AssertLosses(frozen.Trainer(Objective(frozen), new Batches(frozen)), 1e-4);
    }

    static NextSentence Objective(Frozen frozen)
    {
        (int vocabulary, int width, Init init) = ((int)frozen.Number("vocabulary"), (int)frozen.Number("width"), new(frozen.Backend, seed: 0));
        Bert bert = new(new Bert.Config
        {
            Vocabulary = vocabulary, Context = (int)frozen.Number("context"), Layers = (int)frozen.Number("layers"), Heads = (int)frozen.Number("heads"),
            Width = width, Dropout = 0f,
        }, init);
        return frozen.Fill(new NextSentence(bert, new MaskedHead(init, width, vocabulary), init));
    }

    sealed class Batches(Frozen frozen) : IViewSource
    {
        public Views Draw(long draw) => new()
        {
            Indices = [.. Parts.Select(name =>
            {
                Shape shape = frozen.ShapeOf(name).Without(0);
                return Indices.From(frozen.Backend, shape, [.. frozen.Values(name).Skip((int)(draw * shape.Count)).Take((int)shape.Count).Select(number => (int)number)]);
            })],
            Terms = frozen.ShapeOf("words")[1],
        };

        public IEnumerable<Views> Everything() => Enumerable.Range(0, frozen.ShapeOf("tokens")[0]).Select(batch => Draw(batch));

        public long? DrawsPerEpoch => null;
    }
}
