namespace NativeSsl.Tests.Ops;

static class Conv2d
{
    public static OpSpec[] Specs =>
    [
        Of("of one pixel", [1, 1, 1, 1], [1, 1, 1, 1]),
        Of("1 by 1", [2, 3, 5, 7], [5, 1, 1, 7]),
        Of("1 by 1, stride 2", [2, 5, 4, 5], [18, 1, 1, 5], stride: 2),
        Of("3 by 3", [2, 5, 6, 3], [5, 3, 3, 3], padding: 1),
        Of("3 by 3 without padding", [1, 4, 5, 3], [17, 3, 3, 3]),
        Of("3 by 3, stride 2, ragged", [2, 6, 5, 3], [4, 3, 3, 3], stride: 2, padding: 1),
        Of("3 by 3, stride 2, exact", [1, 7, 5, 3], [4, 3, 3, 3], stride: 2),
        Of("3 by 3, stride 2, on many channels", [1, 4, 5, 18], [17, 3, 3, 18], stride: 2, padding: 1),
        Of("3 by 3, stride 3, rows that no kernel touches", [1, 8, 7, 2], [3, 2, 2, 2], stride: 3),
        Of("3 by 3 on many channels", [1, 4, 3, 16], [16, 3, 3, 16], padding: 1),
        Of("3 by 3 from whole fours of channels to others", [1, 4, 3, 4], [6, 3, 3, 4], padding: 1),
        Of("3 by 3 from others to whole fours of channels", [1, 4, 3, 6], [4, 3, 3, 6], padding: 1),
        Of("3 by 3 from many whole fours of channels to others", [1, 4, 3, 8], [9, 3, 3, 8], padding: 1),
        Of("3 by 3 from many others to whole fours of channels", [1, 4, 3, 9], [8, 3, 3, 9], padding: 1),
        Of("3 by 3 on whole fours of channels, stride 2", [2, 5, 4, 4], [8, 3, 3, 4], stride: 2, padding: 1),
        Of("3 by 3 on ragged channels", [2, 3, 5, 17], [18, 3, 3, 17], padding: 1),
        Of("padding wider than the kernel", [1, 2, 3, 2], [3, 2, 2, 2], padding: 3),
        Of("5 by 5", [1, 7, 6, 2], [3, 5, 5, 2], padding: 2),
        Of("7 by 7, stride 2", [1, 9, 10, 3], [6, 7, 7, 3], stride: 2, padding: 3),
        Of("a kernel that is not square", [2, 5, 6, 3], [4, 2, 3, 3], stride: 2, padding: 1),
        Of("without bias", [2, 4, 4, 3], [5, 3, 3, 3], padding: 1, hasBias: false),
        Of("two groups", [2, 4, 5, 6], [4, 3, 3, 3], padding: 1, groups: 2),
        Of("three wide groups, stride 2", [1, 5, 4, 51], [54, 1, 2, 17], stride: 2, padding: 1, groups: 3),
        Of("depthwise", [2, 5, 4, 19], [19, 3, 3, 1], padding: 1, groups: 19),
        Of("depthwise, stride 2", [2, 5, 6, 19], [19, 3, 3, 1], stride: 2, padding: 1, groups: 19),
        Of("depthwise, 7 by 7", [1, 4, 5, 17], [17, 7, 7, 1], padding: 3, groups: 17),
        Of("depthwise with two outputs each", [1, 4, 3, 5], [10, 3, 3, 1], padding: 1, groups: 5),
        Of("of many images", [37, 3, 2, 2], [3, 2, 2, 2], padding: 1),
        Of("of large values", [2, 4, 5, 3], [5, 3, 3, 3], padding: 1) with { Scale = 1e6f, Tolerance = 1e-6, HasGradient = false },
        Of("of large values on many channels", [2, 6, 5, 32], [33, 3, 3, 32], padding: 1) with
            { Scale = 1e6f, Tolerance = 1e-6, HasGradient = false },
        Of("far from zero", [2, 6, 5, 32], [33, 3, 3, 32], padding: 1) with { Shift = 100f, Tolerance = 1e-6, HasGradient = false },
        Of("of NaN and infinity", [2, 5, 6, 3], [5, 3, 3, 3], padding: 1) with
            { Planted = [(0, 40, float.NaN), (0, 100, float.PositiveInfinity), (2, 4, float.NegativeInfinity)], HasGradient = false },
    ];

    static OpSpec Of(string name, Shape x, Shape weight, int stride = 1, int padding = 0, int groups = 1, bool hasBias = true) =>
        new($"convolution, {name}", hasBias ? [x, weight, [weight[0]]] : [x, weight],
            t => t[0].Conv2d(t[1], hasBias ? t[2] : null, stride, padding, groups),
            t => Textbook(t[0], x, t[1], weight, hasBias ? t[2] : new double[weight[0]], stride, stride, padding, padding, groups));

    /// <summary>y[n, p, q, o] = b[o] + Σ x[n, s p + h − P, s q + w − P, i] W[o, h, w, i]; what is outside takes no part.</summary>
    public static double[] Textbook(double[] x, Shape xs, double[] weight, Shape ws, double[] bias,
        int strideY, int strideX, int padY, int padX, int groups)
    {
        int outHeight = (xs[1] + 2 * padY - ws[1]) / strideY + 1, outWidth = (xs[2] + 2 * padX - ws[2]) / strideX + 1, outputs = ws[0];
        double[] y = new double[xs[0] * outHeight * outWidth * outputs];
        int at = 0;
        for (int n = 0; n < xs[0]; n++)
            for (int p = 0; p < outHeight; p++)
                for (int q = 0; q < outWidth; q++)
                    for (int o = 0; o < outputs; o++, at++)
                    {
                        double sum = bias[o];
                        for (int h = 0; h < ws[1]; h++)
                            for (int w = 0; w < ws[2]; w++)
                            {
                                int row = p * strideY + h - padY, column = q * strideX + w - padX;
                                if (row < 0 || row >= xs[1] || column < 0 || column >= xs[2]) continue;
                                int pixel = ((n * xs[1] + row) * xs[2] + column) * xs[3] + o / (outputs / groups) * ws[3];
                                int tap = ((o * ws[1] + h) * ws[2] + w) * ws[3];
                                for (int i = 0; i < ws[3]; i++) sum += x[pixel + i] * weight[tap + i];
                            }
                        y[at] = sum;
                    }
        return y;
    }
}
