using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>The tiled product against the plain loop it replaces, on shapes that fill no tile, and with sums cut into pieces.</summary>
public sealed class ProductTests
{
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 1, 8, 8, 1, 1 }, { 1, 33, 17, 9, 1 }, { 2, 40, 70, 23, 1 }, { 1, 64, 16, 64, 1 }, { 2, 9, 50, 37, 3 }, { 1, 20, 20, 17, 4 }, { 1, 150, 140, 11, 1 },
    };

    static float[][] Products(GpuBackend gpu, (int Items, int Rows, int Columns, int Steps, int Pieces) size, params Action<MatMulProduct, ProductShape>[] kernels)
    {
        (int items, int rows, int columns, int steps, int pieces) = size;
        var random = new RandomSource(7, 0);
        float[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextInt(1000) / 1000f - 0.5f)];
        Tensor a = Tensor.From(gpu, [items, rows, steps], Some(items * rows * steps)), b = Tensor.From(gpu, [items, columns, steps], Some(items * columns * steps));
        return [.. kernels.Select(kernel =>
        {
            Tensor c = Tensor.Full(gpu, [pieces, items, rows, columns], float.NaN);
            kernel(new MatMulProduct(GpuBackend.View(a), GpuBackend.View(b), GpuBackend.View(c), (long)rows * steps, (long)columns * steps, (long)items * rows * columns,
                rows, columns, steps, transposes: 2, accumulate: 0), new ProductShape(items, rows, columns, steps, pieces, (steps + pieces - 1) / pieces));
            return c.ToArray();
        })];
    }

    // The simulator does not contract a multiplication and an addition into one: the same order of sums gives the same bits.
    [Theory, MemberData(nameof(Shapes))]
    public void Tiles_sum_in_the_order_of_the_plain_loop(int items, int rows, int columns, int steps, int pieces)
    {
        GpuBackend gpu = Devices.Simulator;
        float[][] products = Products(gpu, (items, rows, columns, steps, pieces), gpu.MultiplyPlainly, gpu.MultiplyBlocked<MatMulProduct, Tiles32>);
        Assert.Equal(products[0], products[1]);
        Assert.DoesNotContain(products[0], float.IsNaN);
    }

    [OpenClTheory, MemberData(nameof(Shapes))]
    public void Every_tiling_agrees_on_OpenCL(int items, int rows, int columns, int steps, int pieces)
    {
        GpuBackend gpu = Devices.OpenCl;
        float[][] products = Products(gpu, (items, rows, columns, steps, pieces), gpu.MultiplyPlainly, gpu.MultiplyBlocked<MatMulProduct, Tiles32>,
            gpu.MultiplyBlocked<MatMulProduct, Tiles64>, gpu.MultiplyBlocked<MatMulProduct, Tiles256>);
        foreach (float[] product in products[1..])
            for (int i = 0; i < product.Length; i++) Assert.Equal(products[0][i], product[i], 1e-6f * MathF.Sqrt(steps));
    }
}
