namespace NativeSsl.Tests.Ops;

/// <summary>
/// Convolutions too large for the simulator, so that every way of computing them is met: bands of images, passes over the kernel's rows,
/// panels, residues of strides, patches, tiles, and shares of the weight's gradient. The definition, in doubles, is the oracle.
/// </summary>
public sealed class ConvolutionSizes
{
    static readonly CpuBackend[] Widths =
        [.. RegisterWidths.Testable.Select(width => new CpuBackend(width, threads: 2) { GuardsMemory = true })];
    static readonly CpuBackend Alone = new(1), Many = new(5), Direct = new(2) { UsesWinograd = false };

    /// <summary>Batch, height, width, inputs, outputs, groups, kernel height and width, stride, padding.</summary>
    public static TheoryData<int[]> Sizes =>
    [
        [3, 16, 16, 64, 64, 1, 3, 3, 1, 1], [2, 7, 5, 33, 65, 1, 3, 3, 1, 1], [2, 9, 9, 17, 20, 1, 3, 3, 1, 0],
        [1, 4, 4, 16, 40, 1, 3, 3, 1, 2], [1, 3, 1, 130, 70, 1, 3, 3, 1, 3], [40, 4, 4, 64, 96, 1, 3, 3, 1, 1],
        [2, 32, 32, 32, 32, 1, 3, 3, 1, 1], [9, 5, 5, 512, 60, 1, 3, 3, 1, 1], [300, 2, 2, 16, 16, 1, 3, 3, 1, 1],
        [2, 32, 32, 32, 64, 1, 3, 3, 2, 1], [2, 15, 14, 64, 128, 1, 3, 3, 2, 1], [2, 16, 16, 64, 70, 1, 1, 1, 2, 0],
        [2, 16, 16, 130, 64, 1, 1, 1, 1, 0], [2, 40, 41, 3, 64, 1, 7, 7, 2, 3], [3, 32, 32, 3, 32, 1, 3, 3, 1, 1],
        [2, 9, 9, 24, 48, 1, 5, 5, 1, 2], [2, 14, 14, 48, 48, 1, 7, 7, 3, 3], [2, 12, 13, 48, 96, 3, 3, 3, 2, 1],
        [2, 13, 13, 70, 70, 70, 3, 3, 1, 1], [2, 14, 13, 70, 70, 70, 7, 7, 2, 3], [2, 13, 13, 20, 60, 20, 3, 3, 1, 1],
        [2, 32, 32, 3, 48, 1, 16, 16, 16, 0], [1, 6, 6, 16, 16, 1, 2, 2, 4, 3], [17, 5, 5, 9, 10, 1, 3, 3, 1, 5],
        [2, 1, 3500, 1, 70, 1, 1, 10, 5, 0], [1, 2, 1400, 40, 30, 2, 2, 3, 1, 1],
        [1, 1, 2000, 20, 20, 20, 1, 3, 1, 0],
    ];

    [Theory, MemberData(nameof(Sizes))]
    public void Agrees_with_doubles(int[] size)
    {
        Case given = new(size);
        double[][] expected = given.Textbook();
        float[][] first = given.Run(Widths[0]);
        foreach (CpuBackend backend in Widths)
        {
            float[][] actual = given.Run(backend);
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.InRange(Error(actual[k], expected[k]), 0, 2e-6);
                Assert.True(first[k].AsSpan().SequenceEqual(actual[k]),
                    $"{Case.Names[k]} has other bits on {backend.Simd} than on {Widths[0].Simd}.");
            }
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Same_bits_at_any_number_of_threads(int[] size)
    {
        Case given = new(size);
        foreach (var (one, five) in given.Run(Alone).Zip(given.Run(Many))) Assert.True(one.AsSpan().SequenceEqual(five));
    }

    // In tiles the sums are a ninth as long, which makes up for what the transforms lose.
    [Theory, InlineData(16), InlineData(64), InlineData(256)]
    public void Tiles_are_as_exact_as_the_direct_form(int channels)
    {
        Case given = new([4, 9, 8, channels, channels, 1, 3, 3, 1, 1]);
        double[][] expected = given.Textbook();
        float[][] tiles = given.Run(Alone), direct = given.Run(Direct);
        for (int k = 0; k < expected.Length; k++)
        {
            double ofTiles = Error(tiles[k], expected[k]), ofDirect = Error(direct[k], expected[k]);
            Assert.False(tiles[k].AsSpan().SequenceEqual(direct[k]), "Both forms gave the same bits: the tiles were not used.");
            Assert.True(ofTiles <= 2 * ofDirect, $"{Case.Names[k]}: the error is {ofTiles:E1} in tiles, {ofDirect:E1} directly.");
        }
    }

    // What a tile adds and takes away again, it cannot take away from infinity: the places of a tile that sees it are NaN, others as ever.
    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void A_special_pixel_reaches_every_place_that_sees_it_and_no_other_tile(float special)
    {
        const int Size = 12, Channels = 16, Row = 5, Column = 6;
        float[] values = new float[Size * Size * Channels];
        values[(Row * Size + Column) * Channels + 3] = special;
        Tensor weight = Tensor.Full(Alone, [Channels, 3, 3, Channels], 1f);
        float[] y = Tensor.From(Alone, [1, Size, Size, Channels], values).Conv2d(weight, padding: 1).ToArray();
        for (int i = 0; i < y.Length; i++)
        {
            int row = i / Channels / Size, column = i / Channels % Size;
            bool sees = Math.Abs(row - Row) <= 1 && Math.Abs(column - Column) <= 1;
            bool isInTile = Math.Abs(row / 2 * 2 + 0.5 - Row) <= 1.5 && Math.Abs(column / 2 * 2 + 0.5 - Column) <= 1.5;
            if (sees) Assert.False(float.IsFinite(y[i]));
            if (!isInTile) Assert.Equal(0f, y[i]);
        }
    }

    static double Error(float[] actual, double[] expected)
    {
        double largest = Math.Max(1, expected.Max(Math.Abs));
        return actual.Zip(expected, (a, e) => float.IsNaN(a) ? double.PositiveInfinity : Math.Abs(a - e)).Max() / largest;
    }

    sealed class Case
    {
        public static readonly string[] Names = ["y", "dx", "dweight", "dweight, added"];

        readonly Convolution _c;
        readonly float[] _x, _weight, _bias, _dy, _before;

        public Case(int[] s)
        {
            _c = new(s[0], s[1], s[2], s[3] / s[5], s[4] / s[5], s[5], s[6], s[7])
                { StrideY = s[8], StrideX = s[8], PadY = s[9], PadX = s[9] };
            (_x, _weight, _bias) = (Draw(_c.Batch * _c.ImageLength, 1), Draw(_c.OutChannels * _c.Taps, 2), Draw(_c.OutChannels, 3));
            (_dy, _before) = (Draw(_c.Batch * _c.OutImageLength, 4), Draw(_weight.Length, 5));
        }

        static float[] Draw(long count, ulong stream)
        {
            var random = new RandomSource(3, stream);
            return [.. Enumerable.Range(0, (int)count).Select(_ => random.NextUniform() * 2 - 1)];
        }

        public float[][] Run(CpuBackend backend)
        {
            using var step = new Step(backend);
            Tensor x = Of(_x), weight = Of(_weight), dy = Of(_dy), y = Tensor.Empty(backend, dy.Shape), dx = Tensor.Empty(backend, x.Shape),
                dweight = Tensor.Empty(backend, weight.Shape), added = Of(_before);
            backend.Conv2d(x, weight, Of(_bias), _c, y);
            backend.Conv2dGradInput(dy, weight, _c, dx);
            backend.Conv2dGradWeight(x, dy, _c, dweight, accumulate: false);
            backend.Conv2dGradWeight(x, dy, _c, added, accumulate: true);
            return [y.ToArray(), dx.ToArray(), dweight.ToArray(), added.ToArray()];

            Tensor Of(float[] values) => Tensor.From(backend, [values.Length], values);
        }

        public double[][] Textbook()
        {
            double[] y = new double[_dy.Length], dx = new double[_x.Length], dweight = new double[_weight.Length];
            for (int at = 0; at < y.Length; at++)
            {
                int o = at % _c.OutChannels, q = at / _c.OutChannels % _c.OutWidth, p = at / _c.OutChannels / _c.OutWidth % _c.OutHeight;
                int image = at / _c.OutChannels / _c.OutPixels;
                double sum = _bias[o], slope = _dy[at];
                for (int h = 0; h < _c.KernelHeight; h++)
                    for (int w = 0; w < _c.KernelWidth; w++)
                    {
                        int row = p * _c.StrideY + h - _c.PadY, column = q * _c.StrideX + w - _c.PadX;
                        if (row < 0 || row >= _c.Height || column < 0 || column >= _c.Width) continue;
                        int pixel = ((image * _c.Height + row) * _c.Width + column) * _c.Channels + o / _c.Outputs * _c.Inputs;
                        int tap = ((o * _c.KernelHeight + h) * _c.KernelWidth + w) * _c.Inputs;
                        for (int i = 0; i < _c.Inputs; i++)
                        {
                            sum += (double)_x[pixel + i] * _weight[tap + i];
                            dx[pixel + i] += slope * _weight[tap + i];
                            dweight[tap + i] += slope * _x[pixel + i];
                        }
                    }
                y[at] = sum;
            }
            return [y, dx, dweight, [.. dweight.Zip(_before, (a, b) => a + b)]];
        }
    }
}
