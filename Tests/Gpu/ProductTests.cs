using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>The tiled product against the plain loop it replaces, on shapes that fill no tile, and with sums cut into pieces.</summary>
public sealed class ProductTests
{
    // Items, rows, columns, steps, pieces; and which factors lie turned: the first bit the left one, the second the right one.
    public static TheoryData<int, int, int, int, int, int> Shapes => new()
    {
        { 1, 8, 8, 1, 1, 2 }, { 1, 33, 17, 9, 1, 2 }, { 2, 40, 70, 23, 1, 2 }, { 1, 64, 16, 64, 1, 2 }, { 2, 9, 50, 37, 3, 2 }, { 1, 20, 20, 17, 4, 2 }, { 1, 150, 140, 11, 1, 2 },
        { 1, 33, 17, 9, 1, 0 }, { 1, 33, 17, 9, 1, 1 }, { 1, 33, 17, 9, 1, 3 }, { 2, 36, 20, 44, 3, 0 }, { 2, 36, 20, 44, 3, 1 }, { 2, 36, 20, 44, 3, 2 }, { 2, 36, 20, 44, 3, 3 },
        { 1, 36, 18, 45, 1, 1 }, { 1, 34, 20, 44, 2, 0 },
    };

    // A few columns, of which some fill a tile; rows that fill none.
    public static TheoryData<int, int, int, int, int, int> NarrowShapes => new()
    {
        { 1, 128, 8, 8, 1, 0 }, { 1, 150, 3, 27, 1, 0 }, { 1, 150, 3, 27, 1, 1 }, { 2, 260, 5, 36, 1, 2 }, { 1, 132, 4, 44, 3, 3 }, { 1, 129, 8, 21, 1, 2 }, { 1, 140, 11, 20, 1, 0 },
    };

    static bool AreFours(int count) => count % Float4.Count == 0;

    static float Fraction(RandomSource random) => random.NextInt(1000) / 1000f - 0.5f;

    static float[][] Products(GpuBackend gpu, (int Items, int Rows, int Columns, int Steps, int Pieces, int Transposes) size, Func<RandomSource, float> draw,
        params Action<MatMulProduct, ProductShape>[] kernels)
    {
        (int items, int rows, int columns, int steps, int pieces, int transposes) = size;
        int byFours = (AreFours((transposes & 1) != 0 ? rows : steps) ? 1 : 0) + (AreFours((transposes & 2) != 0 ? steps : columns) ? 2 : 0);
        int unit = size.Steps >= 64 * pieces ? 32 : 4, each = (steps + unit * pieces - 1) / (unit * pieces) * unit;             // fours lie within a piece, and of long sums panels
        var random = new RandomSource(7, 0);
        float[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => draw(random))];
        Tensor a = Tensor.From(gpu, [items, rows, steps], Some(items * rows * steps)), b = Tensor.From(gpu, [items, columns, steps], Some(items * columns * steps));
        return [.. kernels.Select(kernel =>
        {
            Tensor c = Tensor.Full(gpu, [pieces, items, rows, columns], float.NaN);
            kernel(new MatMulProduct(GpuBackend.View(a), GpuBackend.View(b), GpuBackend.View(c), (long)rows * steps, (long)columns * steps, (long)items * rows * columns,
                rows, columns, steps, transposes, byFours, accumulate: 0), new ProductShape(items, rows, columns, steps, pieces, each));
            return c.ToArray();
        })];
    }

    static Action<MatMulProduct, ProductShape> OnTensorCores<M>(GpuBackend gpu) where M : struct, ITensorCore => gpu.MultiplyOnTensorCores<MatMulProduct, M, WarpTiles1>;

    // Small whole numbers need no rounding, and their sums none either: whatever the order, the bits are those of the plain loop.
    [Theory, MemberData(nameof(Shapes))]
    public void Tensor_cores_multiply_whole_numbers_exactly(int items, int rows, int columns, int steps, int pieces, int transposes)
    {
        GpuBackend gpu = Devices.Simulator;
        float[][] products = Products(gpu, (items, rows, columns, steps, pieces, transposes), random => random.NextInt(33) - 16, gpu.MultiplyPlainly, OnTensorCores<TensorFloat32Core>(gpu),
            OnTensorCores<BFloat16Core>(gpu));
        Assert.Equal(products[0], products[1]);
        Assert.Equal(products[0], products[2]);
    }

    static Action<MatMulProduct, ProductShape> OfFragments<M>(GpuBackend gpu) where M : struct, ITensorCore => (product, shape) => gpu.MultiplyFragments<MatMulProduct, M, FragmentTiles1>(product, shape, default);

    static Action<MatMulProduct, ProductShape> ByWarpGroups<M>(GpuBackend gpu) where M : struct, IWarpGroupCore => (product, shape) => gpu.MultiplyByWarpGroups<MatMulProduct, M>(product, shape, default);

    // Laid out in fragments first: lines and steps that fill none, either factor either way, by fours and one by one, and sums cut where panels end, of which the last pieces may have no step.
    [Theory, InlineData(1, 1, 1, 1, 2), InlineData(16, 16, 32, 1, 2), InlineData(33, 17, 9, 1, 0), InlineData(33, 17, 9, 1, 1), InlineData(33, 17, 9, 1, 3), InlineData(36, 20, 44, 1, 0), InlineData(36, 20, 44, 1, 1)]
    [InlineData(36, 20, 44, 1, 2), InlineData(36, 20, 44, 1, 3), InlineData(20, 36, 33, 1, 2), InlineData(18, 40, 150, 2, 2), InlineData(17, 9, 201, 3, 1), InlineData(20, 20, 192, 3, 0), InlineData(20, 17, 577, 9, 2)]
    public void Fragments_multiply_whole_numbers_exactly(int rows, int columns, int steps, int pieces, int transposes)
    {
        GpuBackend gpu = Devices.Simulator;
        float[][] products = Products(gpu, (1, rows, columns, steps, pieces, transposes), random => random.NextInt(33) - 16, gpu.MultiplyPlainly, OfFragments<TensorFloat32Core>(gpu), OfFragments<BFloat16Core>(gpu));
        Assert.Equal(products[0], products[1]);
        Assert.Equal(products[0], products[2]);
    }

    // From where laying both factors out costs less than it saves: half the harmonic mean of the sides is 192; and enough tiles, of one item.
    [Theory, InlineData(1, 1 << 14, 195, 1, true), InlineData(1, 1 << 14, 194, 1, false), InlineData(1, 384, 384, 15, true), InlineData(1, 384, 383, 15, false), InlineData(1, 384, 384, 14, false), InlineData(2, 1 << 14, 512, 1, false)]
    public void Large_products_are_laid_out_first(int items, int rows, int columns, int pieces, bool worth) =>
        Assert.Equal(worth, GpuBackend.IsWorthFragments(new(items, rows, columns, 1024, pieces, 64)));

    // A quarter of the free memory at most, and given back at once: not when a step ends.
    [Theory, InlineData(1 << 16, false), InlineData(1 << 24, true)]
    public void Fragments_take_memory_that_nobody_misses(long cap, bool laidOut)
    {
        using GpuBackend gpu = GpuBackend.Simulator(memoryCap: cap);
        gpu.MatMulPrecision = MatMulPrecision.BFloat16;
        gpu.LaysOutFragments = _ => true;
        using var step = new Step(gpu);
        Tensor a = Tensor.Full(gpu, [33, 40], 2f), b = Tensor.Full(gpu, [40, 50], 3f), c = Tensor.Zeros(gpu, [33, 50]);
        gpu.Synchronize();
        List<string> kernels = [];
        gpu.Profile = (kernel, _) => kernels.Add(AllKernels.NameOf(kernel));
        long before = gpu.PoolBytesInUse;
        gpu.MatMul(a, b, c, transposeA: false, transposeB: false, accumulate: false);
        gpu.Profile = null;
        Assert.Equal(laidOut ? ["FragmentKernels<BFloat16Core,Float32Numbers>.LayOut", "FragmentKernels<BFloat16Core,Float32Numbers>.LayOut", "FragmentProductKernels<MatMulProduct,BFloat16Core,FragmentTiles1>.Product"]
            : ["TensorCoreProductKernels<MatMulProduct,BFloat16Core,WarpTiles1>.Product"], kernels);
        Assert.All(c.ToArray(), value => Assert.Equal(240f, value));
        gpu.TrimPool();
        Assert.Equal(before, gpu.PoolBytesInUse);
    }

    // Tiles of 128 × 128 where there are 128 of them, in all items and pieces, and both sides have more than 64: of 64 outputs of a convolution they would be half empty.
    [Theory, InlineData(1, 128 * 128, 128, 1, true), InlineData(1, 127 * 128, 128, 1, false), InlineData(1, 1 << 18, 64, 1, false), InlineData(1, 1 << 18, 65, 1, true), InlineData(1, 64, 1 << 18, 1, false)]
    [InlineData(128, 100, 100, 1, true), InlineData(1, 100, 100, 128, true), InlineData(1, 64, 576, 113, false)]
    public void Large_tiles_are_for_products_that_fill_them(int items, int rows, int columns, int pieces, bool large) =>
        Assert.Equal(large, GpuBackend.FillsLargeTiles(new(items, rows, columns, 1024, pieces, 1024 / pieces)));

    // The user's choice reaches every product, forward and backward, and stays what it was elsewhere.
    [Theory, InlineData("matmul", false), InlineData("linear", false), InlineData("convolution", false), InlineData("matmul", true), InlineData("linear", true)]
    public void A_precision_is_chosen_for_a_device(string op, bool laidOut)
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        gpu.LaysOutFragments = _ => laidOut;
        float[][] exact = Run(), again = Run();
        gpu.MatMulPrecision = MatMulPrecision.BFloat16;
        float[][] coarse = Run();
        for (int i = 0; i < exact.Length; i++)
        {
            Assert.Equal(exact[i], again[i]);
            Assert.InRange(Distance(exact[i], coarse[i]), Agreement.Rounding(MatMulPrecision.BFloat16) / 10, Agreement.Rounding(MatMulPrecision.BFloat16));
        }

        float[][] Run()
        {
            using var step = new Step(gpu);
            var random = new RandomSource(3, 1);
            Tensor Some(Shape shape) => Tensor.From(gpu, shape, [.. Enumerable.Range(0, (int)shape.Count).Select(_ => random.NextUniform() - 0.5f)]).RequireGradient();
            Tensor a = op == "convolution" ? Some([2, 4, 4, 16]) : Some([20, 24]), b = op switch { "matmul" => Some([24, 17]), "linear" => Some([17, 24]), _ => Some([16, 3, 3, 16]) };
            Tensor more = Some([20, 17]);
            float[] value = [];
            for (int i = 0; i < 2; i++)                                            // the second time gradients are added
            {
                Tensor y = op switch { "matmul" => a.MatMul(b), "linear" => a.Linear(b, activation: Activation.Gelu, residual: more), _ => a.Conv2d(b, padding: 1) };
                value = y.ToArray();
                y.Square().Sum().Backward();
            }
            return [value, a.Gradient.ToArray(), b.Gradient.ToArray()];
        }

        static double Distance(float[] x, float[] y) => Math.Sqrt(x.Zip(y, (p, q) => Math.Pow((double)p - q, 2)).Sum() / x.Sum(p => (double)p * p));
    }

    // Two slabs of rows, and two pieces: of four panels and three in BFloat16, of eight and five in TensorFloat32; nine pieces, the last two of which have no step.
    [Theory, InlineData(132, 20, 194, 2, 0), InlineData(132, 20, 194, 2, 1), InlineData(20, 132, 194, 2, 3), InlineData(9, 17, 577, 9, 2)]
    public void Groups_of_warps_multiply_whole_numbers_exactly(int rows, int columns, int steps, int pieces, int transposes)
    {
        using GpuBackend gpu = GpuBackend.Simulator(warps: 8);
        float[][] products = Products(gpu, (1, rows, columns, steps, pieces, transposes), random => random.NextInt(33) - 16, gpu.MultiplyPlainly, ByWarpGroups<TensorFloat32Core>(gpu), ByWarpGroups<BFloat16Core>(gpu));
        Assert.Equal(products[0], products[1]);
        Assert.Equal(products[0], products[2]);
    }

    // Blocks of more than one warp, and more than one block of a warp.
    [Fact]
    public void Every_tiling_of_warps_multiplies_whole_numbers_exactly()
    {
        using GpuBackend gpu = GpuBackend.Simulator(warps: 8);
        float[][] products = Products(gpu, (1, 130, 120, 19, 1, 2), random => random.NextInt(33) - 16, gpu.MultiplyPlainly,
            gpu.MultiplyOnTensorCores<MatMulProduct, TensorFloat32Core, WarpTiles4>, gpu.MultiplyOnTensorCores<MatMulProduct, BFloat16Core, WarpTiles8>,
            (product, shape) => gpu.MultiplyFragments<MatMulProduct, TensorFloat32Core, FragmentTiles4>(product, shape, default),
            (product, shape) => gpu.MultiplyFragments<MatMulProduct, BFloat16Core, FragmentTiles4>(product, shape, default), ByWarpGroups<TensorFloat32Core>(gpu), ByWarpGroups<BFloat16Core>(gpu));
        foreach (float[] product in products[1..]) Assert.Equal(products[0], product);
    }

    // Each factor is off by half a step of its last bit at most: 2⁻¹² and 2⁻⁹ of it.
    [Theory, InlineData(MatMulPrecision.TensorFloat32, 1 / 4096.0), InlineData(MatMulPrecision.BFloat16, 1 / 512.0)]
    public void Tensor_cores_round_factors_to_their_precision(MatMulPrecision precision, double rounding)
    {
        GpuBackend gpu = Devices.Simulator;
        float[][] products = Products(gpu, (1, 33, 40, 50, 1, 2), random => random.NextUniform() - 0.5f, gpu.MultiplyPlainly,
            precision == MatMulPrecision.BFloat16 ? OnTensorCores<BFloat16Core>(gpu) : OnTensorCores<TensorFloat32Core>(gpu),
            precision == MatMulPrecision.BFloat16 ? OfFragments<BFloat16Core>(gpu) : OfFragments<TensorFloat32Core>(gpu));
        foreach (float[] product in products[1..])
        {
            double[] errors = [.. products[0].Zip(product, (plain, rounded) => Math.Abs((double)plain - rounded))];
            Assert.InRange(errors.Max(), rounding / 10, 50 * 0.25 * 2.01 * rounding);
        }
    }

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity), InlineData(float.MaxValue), InlineData(-0f), InlineData(1e-40f), InlineData(1.5f)]
    public void Cells_hold_what_no_rounding_may_change(float value)
    {
        float kept = BitConverter.Int32BitsToSingle(TensorFloat32Core.Cell(value, 0f));
        Assert.Equal(value == float.MaxValue ? float.PositiveInfinity : value, kept, Math.Abs(value) < 1e-30 ? 1e-41f : 0f);
        Assert.Equal(value * 2 + 3, BFloat16Core.Add(3f, BFloat16Core.Cell(value, 0f), BFloat16Core.Cell(2f, 1f)));
    }

    // The simulator does not contract a multiplication and an addition into one: the same order of sums gives the same bits.
    [Theory, MemberData(nameof(Shapes))]
    public void Tiles_sum_in_the_order_of_the_plain_loop(int items, int rows, int columns, int steps, int pieces, int transposes)
    {
        GpuBackend gpu = Devices.Simulator;
        float[][] products = Products(gpu, (items, rows, columns, steps, pieces, transposes), Fraction, gpu.MultiplyPlainly, gpu.MultiplyBlocked<MatMulProduct, Tiles32>);
        Assert.Equal(products[0], products[1]);
        Assert.DoesNotContain(products[0], float.IsNaN);
    }

    [Theory, MemberData(nameof(NarrowShapes))]
    public void Narrow_tiles_sum_in_the_order_of_the_plain_loop(int items, int rows, int columns, int steps, int pieces, int transposes)
    {
        using GpuBackend gpu = GpuBackend.Simulator(warps: 2);
        float[][] products = Products(gpu, (items, rows, columns, steps, pieces, transposes), Fraction, gpu.MultiplyPlainly, gpu.MultiplyBlocked<MatMulProduct, NarrowTiles>);
        Assert.Equal(products[0], products[1]);
        Assert.DoesNotContain(products[0], float.IsNaN);
    }

    [Theory, InlineData(3, 128, true), InlineData(8, 128, true), InlineData(9, 128, false), InlineData(3, 127, false)]
    public void Narrow_tiles_are_for_products_that_fill_their_rows(int columns, int rows, bool narrow) => Assert.Equal(narrow, GpuBackend.IsNarrow(new(1, rows, columns, 64)));

    [OpenClTheory, MemberData(nameof(Shapes)), MemberData(nameof(NarrowShapes))]
    public void Every_tiling_agrees_on_OpenCL(int items, int rows, int columns, int steps, int pieces, int transposes)
    {
        GpuBackend gpu = Devices.OpenCl;
        float[][] products = Products(gpu, (items, rows, columns, steps, pieces, transposes), Fraction, gpu.MultiplyPlainly, gpu.MultiplyBlocked<MatMulProduct, Tiles32>,
            gpu.MultiplyBlocked<MatMulProduct, Tiles64>, gpu.MultiplyBlocked<MatMulProduct, Tiles256>, gpu.MultiplyBlocked<MatMulProduct, NarrowTiles>);
        foreach (float[] product in products[1..])
            for (int i = 0; i < product.Length; i++) Assert.Equal(products[0][i], product[i], 1e-6f * MathF.Sqrt(steps));
    }
}
