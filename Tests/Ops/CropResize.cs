namespace NativeSsl.Tests.Ops;

public sealed class CropResize
{
    internal static OpSpec[] Specs =>
    [
        Of("crop, enlarged", [2, 9, 7, 3], 13, 17, Interpolation.Bilinear, new CropBox(2, 1, 5, 4), new CropBox(0, 0, 9, 7, Flip: true)),
        Of("crop, shrunk", [2, 33, 21, 1], 7, 5, Interpolation.Bilinear, new CropBox(3, 2, 30, 17), new CropBox(0, 1, 31, 20, Flip: true)),
        Of("crop, a strip and some rows", [1, 45, 19, 3], 37, 6, Interpolation.Bilinear, new CropBox(2, 1, 40, 18, Flip: true)),
        Of("crop, shrunk one way and enlarged the other", [1, 40, 5, 3], 9, 35, Interpolation.Bilinear, new CropBox(1, 0, 39, 5)),
        Of("crop, bicubic, enlarged", [2, 6, 7, 3], 37, 18, Interpolation.Bicubic,
            new CropBox(1, 2, 4, 3), new CropBox(0, 0, 6, 7, Flip: true)),
        Of("crop, bicubic, shrunk", [1, 29, 31, 1], 6, 11, Interpolation.Bicubic, new CropBox(0, 3, 29, 26)),
        Of("crop of a fraction of pixels", [3, 9, 11, 2], 6, 5, Interpolation.Bilinear,
            new CropBox(0.5f, 1.25f, 7.75f, 8.5f), new CropBox(8.25f, 10.5f, 0.5f, 0.25f), new CropBox(2.5f, 0, 0.25f, 11)),
        Of("crop of a fraction of pixels, bicubic", [1, 9, 11, 2], 4, 23, Interpolation.Bicubic, new CropBox(0.5f, 1.25f, 8.5f, 6.125f)),
        Of("crop of one pixel", [2, 1, 1, 1], 3, 2, Interpolation.Bilinear, new CropBox(0, 0, 1, 1), new CropBox(0.25f, 0.25f, 0.5f, 0.5f)),
        Of("crop to one pixel", [1, 18, 33, 3], 1, 1, Interpolation.Bilinear, new CropBox(1, 1, 16, 31)),
        Of("crop of many images", [70, 12, 11, 3], 9, 10, Interpolation.Bilinear,
            [.. Enumerable.Range(0, 70).Select(i => new CropBox(i % 4, i % 3, 8 - i % 7, 8 - i % 5, i % 2 == 1))]),
    ];

    // Places in an image of forty pixels have an error of 10⁻⁶ pixels in float, and neighbours differ by 2.
    static OpSpec Of(string name, Shape shape, int height, int width, Interpolation interpolation, params CropBox[] boxes) =>
        new(name, [shape], x => x[0].CropResize(boxes, height, width, interpolation),
            x => Textbook(x[0], shape, height, width, interpolation, boxes))
        { HasGradient = shape.Count < 1000, Tolerance = 8e-6 };

    static double[] Textbook(double[] x, Shape shape, int height, int width, Interpolation interpolation, CropBox[] boxes)
    {
        double[] y = new double[shape[0] * height * width * shape[3]];
        for (int image = 0, place = 0; image < shape[0]; image++)
            for (int i = 0; i < height; i++)
                for (int j = 0; j < width; j++)
                {
                    CropBox box = boxes[image];
                    double[] rows = Weights(box.Top, box.Height, height, i, shape[1], interpolation);
                    double[] columns = Weights(box.Left, box.Width, width, box.Flip ? width - 1 - j : j, shape[2], interpolation);
                    for (int channel = 0; channel < shape[3]; channel++, place++)
                        for (int k = 0; k < rows.Length; k++)
                            for (int l = 0; l < columns.Length && rows[k] != 0; l++)
                                y[place] += rows[k] * columns[l] * x[((image * shape[1] + k) * shape[2] + l) * shape[3] + channel];
                }
        return y;
    }

    // The weight of every pixel of the image in pixel i of the output. The filter is as wide as a pixel of the larger of the two grids.
    static double[] Weights(double start, double size, int length, int i, int pixels, Interpolation interpolation)
    {
        double stretch = Math.Max(1, size / length), centre = start + (i + 0.5) * size / length;
        Func<double, double> filter = interpolation == Interpolation.Bilinear ? Triangle : Keys;
        double[] weights = [.. Enumerable.Range(0, pixels).Select(pixel =>
            pixel < Math.Floor(start) || pixel >= Math.Ceiling(start + size) ? 0 : filter((pixel + 0.5 - centre) / stretch))];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    static double Triangle(double d) => Math.Max(0, 1 - Math.Abs(d));

    static double Keys(double d)
    {
        const double a = -0.5;
        return Math.Abs(d) switch
        {
            < 1 => (a + 2) * Math.Pow(Math.Abs(d), 3) - (a + 3) * d * d + 1,
            < 2 => a * Math.Pow(Math.Abs(d), 3) - 5 * a * d * d + 8 * a * Math.Abs(d) - 4 * a,
            _ => 0,
        };
    }

    static float[] Image(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new RandomSource(3, 0) { Position = (ulong)i }.NextUniform())];

    [Theory, InlineData(Interpolation.Bilinear), InlineData(Interpolation.Bicubic)]
    public void The_whole_image_at_its_own_size_is_itself_and_a_flip_is_exact(Interpolation interpolation)
    {
        float[] x = Image(2 * 19 * 35 * 3);
        foreach (IBackend backend in Devices.All)
        {
            Tensor images = Tensor.From(backend, [2, 19, 35, 3], x);
            float[] y = images.CropResize([new(0, 0, 19, 35), new(0, 0, 19, 35, Flip: true)], 19, 35, interpolation).ToArray();
            for (int i = 0; i < x.Length; i++)
            {
                int column = i / 3 % 35, mirrored = i < x.Length / 2 ? column : 34 - column;
                Assert.Equal(x[i + 3 * (mirrored - column)], y[i]);
            }
        }
    }

    [Fact]
    public void A_whole_box_of_the_output_s_size_is_cut_out()
    {
        float[] x = Image(9 * 8);
        float[] y = Tensor.From(CpuBackend.Default, [1, 9, 8, 1], x).CropResize([new(2, 3, 4, 5)], 4, 5, Interpolation.Bicubic).ToArray();
        for (int i = 0; i < 20; i++) Assert.Equal(x[(2 + i / 5) * 8 + 3 + i % 5], y[i]);
    }

    // A triangle two pixels of the output wide: inside 1/8, 3/8, 3/8, 1/8; at the edge the first of these is missing, and the rest is
    // divided by 7/8.
    [Fact]
    public void Halving_weighs_four_pixels_by_one_three_three_one()
    {
        Tensor x = Tensor.From(CpuBackend.Default, [1, 1, 8, 1], 1, 2, 4, 8, 16, 32, 64, 128);
        float[] y = x.CropResize([new(0, 0, 1, 8)], 1, 4).ToArray();
        float[] expected =
            [(3 * 1 + 3 * 2 + 4) / 7f, (2 + 3 * 4 + 3 * 8 + 16) / 8f, (8 + 3 * 16 + 3 * 32 + 64) / 8f, (32 + 3 * 64 + 3 * 128) / 7f];
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], y[i], 1e-5f);
    }

    [Fact]
    public void Shrinking_keeps_the_mean_of_a_checkerboard()
    {
        float[] x = [.. Enumerable.Range(0, 64 * 64).Select(i => (float)((i + i / 64) % 2))];
        float[] y = Tensor.From(CpuBackend.Default, [1, 64, 64, 1], x).CropResize([new(0, 0, 64, 64)], 7, 7).ToArray();
        Assert.All(y, value => Assert.InRange(value, 0.45f, 0.55f));
    }

    [Fact]
    public void What_makes_no_sense_is_refused_with_a_sentence()
    {
        Tensor x = Tensor.Zeros(CpuBackend.Default, [1, 4, 5, 3]);
        Refused<ShapeException>("2 boxes for 1 images", () => x.CropResize([default, default], 2, 2));
        Refused<ShapeException>("0 × 2 pixels", () => x.CropResize([new(0, 0, 4, 5)], 0, 2));
        foreach (CropBox box in (CropBox[])[new(0, 0, 4.5f, 5), new(0, 1, 4, 5), new(-1, 0, 4, 5), new(0, -1, 4, 5),
            new(0, 0, 0, 5), new(0, 0, 4, -1), new(float.NaN, 0, 4, 5), new(0, 0, 4, float.NaN)])
            Refused<ShapeException>("box 0 is", () => x.CropResize([box], 2, 2));
        Refused<ShapeException>("4 are needed", () => Tensor.Zeros(CpuBackend.Default, [4, 5, 3]).CropResize([new(0, 0, 4, 5)], 2, 2));
    }

    internal static void Refused<T>(string part, Func<object> call) where T : Exception =>
        Assert.Contains(part, Assert.Throws<T>(call).Message, StringComparison.Ordinal);
}
