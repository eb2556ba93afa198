namespace NativeSsl.Tests.Ops;

public sealed class Gather
{
    static readonly int[] Places = [4, 0, 2, 2, 1, 4, 4];

    internal static OpSpec[] Specs =>
    [
        new("gather rows", [[5, 33]], x => x[0].Gather(Ids(x[0], [7])), x => Textbook(x[0], 1, 5, 33)),
        new("gather along the last axis", [[3, 5]], x => x[0].Gather(Ids(x[0], [7]), axis: -1), x => Textbook(x[0], 3, 5, 1)),
        new("gather along a middle axis", [[2, 5, 3]], x => x[0].Gather(Ids(x[0], [7, 1]), axis: 1), x => Textbook(x[0], 2, 5, 3)),
        new("embed", [[5, 67]], x => x[0].Embed(Ids(x[0], [1, 7])), x => Textbook(x[0], 1, 5, 67)),
        new("embed twice from one table", [[5, 3]], x => x[0].Embed(Ids(x[0], [7])) + x[0].Embed(Ids(x[0], [7, 1])).Reshape([7, 3]),
            x => [.. Textbook(x[0], 1, 5, 3).Select(v => 2 * v)]),
        new("embed from a computed table", [[5, 3]], x => (x[0] * 2f).Embed(Ids(x[0], [7])),
            x => [.. Textbook(x[0], 1, 5, 3).Select(v => 2 * v)]),
    ];

    static Indices Ids(Tensor like, Shape shape) => Indices.From(like.Backend, shape, Places);

    static double[] Textbook(double[] x, int outer, int size, int inner) =>
        [.. from o in Enumerable.Range(0, outer) from id in Places from f in Enumerable.Range(0, inner)
            select x[(o * size + id) * inner + f]];

    [Fact]
    public void The_shape_of_the_ids_takes_the_axis_place()
    {
        Tensor x = Tensor.Zeros(CpuBackend.Default, [2, 5, 3]);
        Assert.Equal([2, 7, 1, 3], x.Gather(Ids(x, [7, 1]), axis: 1).Shape);
        Assert.Equal([4, 2, 6], Tensor.Zeros(CpuBackend.Default, [9, 6]).Embed(Indices.From(CpuBackend.Default, [4, 2], new int[8])).Shape);
        Assert.Equal([0, 6], Tensor.Zeros(CpuBackend.Default, [9, 6]).Embed(Indices.From(CpuBackend.Default, [0])).Shape);
    }

    [Fact]
    public void Many_equal_ids_add_up_exactly_and_alike_on_any_number_of_threads()
    {
        var random = new RandomSource(5, 0);
        float[] seed = [.. Enumerable.Range(0, 3_000 * 130).Select(_ => random.NextUniform() - 0.5f)];
        int[] ids = [.. Enumerable.Range(0, 3_000).Select(_ => random.NextInt(3))];
        float[]? first = null;
        foreach (CpuBackend backend in (CpuBackend[])[new(1), new(2), new(5)])
        {
            Tensor table = Tensor.Zeros(backend, [3, 130]).RequireGradient();
            table.Embed(Indices.From(backend, [3_000], ids)).Backward(Tensor.From(backend, [3_000, 130], seed));
            Assert.Equal(first ??= table.Gradient.ToArray(), table.Gradient.ToArray());
        }
    }

    [Fact]
    public void An_id_out_of_range_is_an_error_on_the_host()
    {
        foreach (IBackend backend in Devices.All)
        {
            Tensor table = Tensor.Zeros(backend, [5, 2]);
            string message = Assert.Throws<IndexException>(() => table.Embed(Indices.From(backend, [3], 4, 5, 0))).Message;
            Assert.Contains("Embed: index 5 at place 1", message, StringComparison.Ordinal);
            Assert.Throws<IndexException>(() => table.Gather(Indices.From(backend, [1], -1)));
            Assert.Contains("Embed",
                Assert.Throws<ShapeException>(() => table.Reshape([10]).Embed(Indices.From(backend, [1], 0))).Message,
                StringComparison.Ordinal);
        }
    }
}
