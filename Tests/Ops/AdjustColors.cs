namespace NativeSsl.Tests.Ops;

public sealed class AdjustColors
{
    static readonly float[] Means = [0.4f, 0.5f, 0.6f], Deviations = [0.2f, 0.25f, 0.3f];

    internal static OpSpec[] Specs =>
    [
        Of("brightness", [2, 3, 7, 3], new(ColorChange.Brightness, 0.4f), new(ColorChange.Brightness, 1.6f)),
        Of("contrast", [2, 5, 7, 3], new(ColorChange.Contrast, 0.2f), new(ColorChange.Contrast, 1.8f)),
        Of("saturation", [2, 5, 7, 3], new(ColorChange.Saturation, 0f), new(ColorChange.Saturation, 1.8f)),
        Of("hue", [3, 9, 17, 3], new(ColorChange.Hue, -0.45f), new(ColorChange.Hue, 0.1f), new(ColorChange.Hue, 0.5f)),
        Of("solarize", [2, 5, 7, 3], new(ColorChange.Solarize, 0.5f), new(ColorChange.Solarize, 0.1f)),
        Of("colours in one order and in another", [2, 6, 11, 3],
            new(ColorChange.Brightness, 1.3f), new(ColorChange.Contrast, 0.7f), new(ColorChange.Saturation, 1.4f),
            new(ColorChange.Hue, 0.2f),
            new(ColorChange.Hue, -0.1f), new(ColorChange.None, 0f), new(ColorChange.Contrast, 1.6f), new(ColorChange.Brightness, 0.6f)),
        Of("colours of a grey image", [2, 4, 9, 1],
            new(ColorChange.Hue, 0.3f), new(ColorChange.Saturation, 0.2f), new(ColorChange.Contrast, 1.5f),
            new(ColorChange.Brightness, 0.9f), new(ColorChange.Solarize, 0.6f),
            new(ColorChange.Contrast, 0.5f), new(ColorChange.None, 0f), new(ColorChange.Solarize, 0.4f),
            new(ColorChange.Hue, 0.3f), new(ColorChange.Brightness, 2f)),
        Of("colours of many images", [90, 8, 9, 3],
            [.. Enumerable.Range(0, 180).Select(i => new ColorStep((ColorChange)(i * 7 % 5), i % 5 * 0.1f))]),
        Normalized("colours normalised", [2, 5, 7, 3], new(ColorChange.Saturation, 0.5f), new(ColorChange.Solarize, 0.3f)),
        Normalized("colours left alone but normalised", [2, 5, 7, 3]),
        Normalized("one channel normalised", [2, 5, 7, 1]),
    ];

    static OpSpec Of(string name, Shape shape, params ColorStep[] steps) =>
        new(name, [shape], x => x[0].AdjustColors(steps), x => Textbook(x[0], shape, normalised: false, steps))
        { HasGradient = false, Shift = 0.5f, Scale = 0.5f };

    static OpSpec Normalized(string name, Shape shape, params ColorStep[] steps) => Of(name, shape, steps) with
    {
        Apply = x => x[0].AdjustColors(steps, Means.AsSpan(0, shape[3]), Deviations.AsSpan(0, shape[3])),
        Textbook = x => Textbook(x[0], shape, normalised: true, steps),
    };

    static double[] Textbook(double[] x, Shape shape, bool normalised, ColorStep[] steps)
    {
        int channels = shape[3], each = steps.Length / shape[0];
        return [.. x.Chunk(x.Length / shape[0]).SelectMany((image, number) =>
        {
            double[][] pixels = [.. image.Chunk(channels)];
            foreach (ColorStep step in steps.AsSpan(number * each, each)) pixels = Apply(pixels, step.Change, step.Factor);
            return pixels.SelectMany(p => p.Select((v, c) => normalised ? (v - Means[c]) / Deviations[c] : v));
        })];
    }

    static double Grey(double[] p) => p.Length == 1 ? p[0] : 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];

    static double[][] Apply(double[][] pixels, ColorChange change, double factor)
    {
        double mean = pixels.Average(Grey);
        return [.. pixels.Select(p => change switch
        {
            ColorChange.Brightness => Blend(p, 0),
            ColorChange.Contrast => Blend(p, mean),
            ColorChange.Saturation when p.Length == 3 => Blend(p, Grey(p)),
            ColorChange.Hue when p.Length == 3 => FromHsv(ToHsv(p), factor),
            ColorChange.Solarize => [.. p.Select(v => v >= (float)factor ? 1 - v : v)],
            _ => p,
        })];

        double[] Blend(double[] p, double other) => [.. p.Select(v => Math.Clamp(factor * v + (1 - factor) * other, 0, 1))];
    }

    // Both directions with a case for each sixth of the circle, as textbooks and torchvision have them
    // (Smith 1978, “Color gamut transform pairs”).
    static (double H, double S, double V) ToHsv(double[] p)
    {
        double max = p.Max(), min = p.Min(), c = max - min;
        double h = c == 0 ? 0 : max == p[0] ? (p[1] - p[2]) / c : max == p[1] ? 2 + (p[2] - p[0]) / c : 4 + (p[0] - p[1]) / c;
        return (h / 6 - Math.Floor(h / 6), max == 0 ? 0 : c / max, max);
    }

    static double[] FromHsv((double H, double S, double V) color, double turns)
    {
        double h = (color.H + turns - Math.Floor(color.H + turns)) * 6, s = color.S, v = color.V, f = h - Math.Floor(h);
        double p = v * (1 - s), q = v * (1 - s * f), t = v * (1 - s * (1 - f));
        return ((int)Math.Floor(h) % 6) switch
        {
            0 => [v, t, p], 1 => [q, v, p], 2 => [p, v, t], 3 => [p, q, v], 4 => [t, p, v], _ => [v, p, q],
        };
    }

    static float[] One(IBackend backend, float[] pixel, params ColorStep[] steps) =>
        Tensor.From(backend, [1, 1, 1, pixel.Length], pixel).AdjustColors(steps).ToArray();

    [Fact]
    public void A_third_of_a_turn_makes_red_green_and_green_blue()
    {
        foreach (IBackend backend in Devices.All)
        {
            Near([0, 1, 0], One(backend, [1, 0, 0], new ColorStep(ColorChange.Hue, 1f / 3)));
            Near([0, 0, 1], One(backend, [0, 1, 0], new ColorStep(ColorChange.Hue, 1f / 3)));
            Near([0, 0, 1], One(backend, [1, 0, 0], new ColorStep(ColorChange.Hue, -1f / 3)));
            Near([0, 1, 1], One(backend, [1, 0, 0], new ColorStep(ColorChange.Hue, 0.5f)));
            Near([1, 1, 0], One(backend, [1, 0, 0], new ColorStep(ColorChange.Hue, 1f / 6)));
            Near([0.3f, 0.3f, 0.3f], One(backend, [0.3f, 0.3f, 0.3f], new ColorStep(ColorChange.Hue, 0.4f)));
        }
    }

    static void Near(float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-6f);
    }

    [Fact]
    public void Grey_is_kept_by_saturation_and_a_grey_image_by_hue()
    {
        Near([0.3f, 0.3f, 0.3f], One(CpuBackend.Default, [0.3f, 0.3f, 0.3f], new ColorStep(ColorChange.Saturation, 1.7f)));
        Assert.Equal([0.3f], One(CpuBackend.Default, [0.3f], new(ColorChange.Saturation, 0f), new(ColorChange.Hue, 0.4f)));
    }

    [Fact]
    public void Results_stay_within_black_and_white()
    {
        Assert.Equal([1f, 1f, 0f], One(CpuBackend.Default, [0.9f, 0.7f, 0f], new ColorStep(ColorChange.Brightness, 2f)));
        float[] y = Tensor.From(CpuBackend.Default, [1, 1, 2, 1], 0.1f, 0.9f).AdjustColors([new(ColorChange.Contrast, 3f)]).ToArray();
        Assert.Equal([0f, 1f], y);
    }

    [Fact]
    public void What_makes_no_sense_is_refused_with_a_sentence()
    {
        Tensor x = Tensor.Zeros(CpuBackend.Default, [2, 4, 5, 3]), two = Tensor.Zeros(CpuBackend.Default, [1, 4, 5, 2]);
        CropResize.Refused<ShapeException>("3 steps for 2 images", () => x.AdjustColors(new ColorStep[3]));
        CropResize.Refused<ShapeException>("2 channels", () => two.AdjustColors([]));
        CropResize.Refused<ShapeException>("1 means and 1 deviations for 3 channels", () => x.AdjustColors([], [0.5f], [0.5f]));
        CropResize.Refused<NativeSslException>("channel 1 has mean 0 and deviation 0", () => x.AdjustColors([], [0, 0, 0], [1, 0, 1]));
        foreach (ColorStep step in (ColorStep[])[new(ColorChange.Hue, 0.6f), new(ColorChange.Hue, float.NaN),
            new(ColorChange.Contrast, -1f), new(ColorChange.Brightness, float.PositiveInfinity), new((ColorChange)9, 1f)])
            CropResize.Refused<NativeSslException>("image 1 has the step", () => x.AdjustColors([default, step]));
        Tensor leaf = Tensor.Zeros(CpuBackend.Default, [1, 4, 5, 3]).RequireGradient();
        CropResize.Refused<GradientException>("StopGradient", () => leaf.AdjustColors([]));
    }
}
