namespace NativeSsl.Tests.Fixtures;

/// <summary>
/// SimCLR with a small ResNet against libtorch: every gradient of the first batch, those of convolutions and batch norms included, and the losses of ten
/// steps.
/// </summary>
public sealed class SimClrParityTests
{
    public static TheoryData<SimdWidth> Widths => [.. RegisterWidths.Testable];

    [Theory, MemberData(nameof(Widths))]
    public void Every_gradient_is_libtorchs(SimdWidth width)
    {
        var frozen = new Frozen("simclr", new CpuBackend(width, threads: 2));
        SimClr objective = Objective(frozen);
        using (var step = new Step(frozen.Backend, training: true)) objective.Loss(new Batches(frozen).Draw(0)).Backward();
        frozen.AssertGradients(objective);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Ten_losses_are_libtorchs(SimdWidth width)
    {
        var frozen = new Frozen("simclr", new CpuBackend(width, threads: 2));
        frozen.AssertLosses(frozen.Trainer(Objective(frozen), new Batches(frozen)));
    }

    static SimClr Objective(Frozen frozen) => frozen.Fill(new ImageRecipe
    {
        Encoder = "resnet-small", Width = (int)frozen.Number("width"), HeadWidth = (int)frozen.Number("head_width"),
        Projection = (int)frozen.Number("projection"), Temperature = frozen.Number("temperature"),
    }.NewObjective(new Init(frozen.Backend, seed: 0), channels: 3));

    // [steps, view, image, height, width, channels]
    sealed class Batches(Frozen frozen) : IViewSource
    {
        public Views Draw(long draw)
        {
            Shape shape = frozen.ShapeOf("views").Without(0).Without(0);
            float[] values = frozen.Values("views");
            return new Views
            {
                Tensors = [.. Enumerable.Range(0, 2).Select(view =>
                    Tensor.From(frozen.Backend, shape, values.AsSpan((int)((2 * draw + view) * shape.Count), (int)shape.Count)))],
                Terms = shape[0],
            };
        }

        public IEnumerable<Views> Everything() => [];

        public long? DrawsPerEpoch => null;
    }
}
