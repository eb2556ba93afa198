namespace NativeSsl.Tests.Ops;

public sealed class GaussianBlur
{
    internal static OpSpec[] Specs =>
    [
        Of("blur", [3, 9, 11, 3], 2, 0.1f, 0.7f, 2f),
        Of("blur, some left alone", [3, 5, 37, 1], 3, 0f, 1.3f, 0f),
        Of("blur as wide as the image", [2, 5, 4, 3], 3, 2f, 0.5f),
        Of("blur without a kernel", [1, 3, 5, 3], 0, 1f),
        Of("blur of many images", [80, 6, 12, 3], 1, [.. Enumerable.Range(0, 80).Select(i => i % 5 * 0.4f)]),
    ];

    static OpSpec Of(string name, Shape shape, int radius, params float[] sigmas) =>
        new(name, [shape], x => x[0].GaussianBlur(sigmas, radius), x => Textbook(x[0], shape, radius, sigmas)) { HasGradient = false };

    static double[] Textbook(double[] x, Shape shape, int radius, float[] sigmas)
    {
        double[] y = new double[x.Length];
        for (int image = 0, place = 0; image < shape[0]; image++)
        {
            double[] weights = [.. Enumerable.Range(-radius, 2 * radius + 1).Select(d =>
                sigmas[image] == 0 ? d == 0 ? 1 : 0 : Math.Exp(-d * d / (2.0 * sigmas[image] * sigmas[image])))];
            double sum = weights.Sum();
            for (int i = 0; i < shape[1]; i++)
                for (int j = 0; j < shape[2]; j++)
                    for (int channel = 0; channel < shape[3]; channel++, place++)
                        for (int k = -radius; k <= radius; k++)
                            for (int l = -radius; l <= radius; l++)
                                y[place] += weights[k + radius] * weights[l + radius] / (sum * sum)
                                    * x[((image * shape[1] + Mirror(i + k, shape[1])) * shape[2] + Mirror(j + l, shape[2])) * shape[3]
                                        + channel];
        }
        return y;
    }

    // … 2 1 | 0 1 2 3 | 2 1 …
    static int Mirror(int i, int length) => Math.Abs(i) < length ? Math.Abs(i) : 2 * length - 2 - i;

    [Fact]
    public void An_image_of_one_colour_stays_so()
    {
        float[] y = Tensor.Full(CpuBackend.Default, [1, 20, 20, 3], 0.37f).GaussianBlur([1.5f], 4).ToArray();
        Assert.All(y, value => Assert.Equal(0.37f, value, 1e-6f));
    }

    [Fact]
    public void What_makes_no_sense_is_refused_with_a_sentence()
    {
        Tensor x = Tensor.Zeros(CpuBackend.Default, [1, 4, 5, 3]);
        CropResize.Refused<ShapeException>("2 sigmas for 1 images", () => x.GaussianBlur([1, 1], 1));
        CropResize.Refused<ShapeException>("a radius of 4", () => x.GaussianBlur([1], 4));
        CropResize.Refused<ShapeException>("a radius of -1", () => x.GaussianBlur([1], -1));
        CropResize.Refused<NativeSslException>("sigma 0 is -1", () => x.GaussianBlur([-1], 1));
        CropResize.Refused<NativeSslException>("sigma 0 is NaN", () => x.GaussianBlur([float.NaN], 1));
        Tensor leaf = Tensor.Zeros(CpuBackend.Default, [1, 4, 5, 3]).RequireGradient();
        CropResize.Refused<GradientException>("StopGradient", () => leaf.GaussianBlur([1], 1));
    }
}
