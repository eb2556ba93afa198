using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>The gradient of norms, whose teams hold their rows, against the kernels for rows of any width and against a textbook in doubles.</summary>
public sealed class NormGradientTests
{
    const float Epsilon = 1e-5f;

    // By fours and one by one; whole and half empty packs; one team and several; shares that are added at once and in two goes; and rows that no team of the simulator holds.
    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 3, 5 }, { 19, 8 }, { 17, 128 }, { 9, 127 }, { 20, 512 }, { 10, 132 }, { 521, 4 }, { 0, 8 }, { 3, 129 }, { 3, 516 } };

    [Theory, MemberData(nameof(Shapes))]
    public void In_the_simulator(int rows, int width)
    {
        Agree<OfLayer>(Devices.Simulator, rows, width, centred: true);
        Agree<OfRootMeanSquare>(Devices.Simulator, rows, width, centred: false);
    }

    [OpenClTheory, MemberData(nameof(Shapes)), InlineData(8200, 36), InlineData(300, 1028)]
    public void In_OpenCL(int rows, int width)
    {
        Agree<OfLayer>(Devices.OpenCl, rows, width, centred: true);
        Agree<OfRootMeanSquare>(Devices.OpenCl, rows, width, centred: false);
    }

    static void Agree<N>(GpuBackend gpu, int rows, int width, bool centred) where N : struct, INorm
    {
        var random = new RandomSource(7, 0);
        float[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
        float[] x = Some(rows * width), gamma = Some(width), dy = Some(rows * width);
        double[][] wanted = Textbook(x, gamma, dy, width, centred);
        float[][] held = Run(gpu.NormGrad<N>), wide = Run(gpu.WideNormGrad<N>);
        for (int which = 0; which < (centred ? 3 : 2); which++)
        {
            double largest = Math.Max(1, wanted[which].Select(Math.Abs).DefaultIfEmpty().Max());
            for (int i = 0; i < wanted[which].Length; i++)
            {
                Assert.Equal(wanted[which][i], held[which][i], 3e-6 * largest);
                Assert.Equal(wanted[which][i], wide[which][i], 3e-6 * largest);
            }
        }
        float[][] again = Run(gpu.NormGrad<N>);
        for (int which = 0; which < again.Length; which++) Assert.Equal(held[which], again[which]);

        float[][] Run(Action<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor?> gradient)
        {
            Tensor input = Tensor.From(gpu, [rows, width], x), scale = Tensor.From(gpu, [width], gamma), output = Tensor.Empty(gpu, [rows, width]);
            Tensor statistics = Tensor.Empty(gpu, centred ? [rows, 3] : [rows]);
            if (centred) gpu.LayerNorm(input, scale, null, Epsilon, output, statistics);
            else gpu.RmsNorm(input, scale, Epsilon, output, statistics);
            Tensor Nothing(Shape shape) => Tensor.Full(gpu, shape, float.NaN);
            Tensor dx = Nothing([rows, width]), dgamma = Nothing([width]), dbeta = Nothing([width]);
            gradient(input, scale, statistics, Tensor.From(gpu, [rows, width], dy), dx, dgamma, centred ? dbeta : null);
            return [dx.ToArray(), dgamma.ToArray(), dbeta.ToArray()];
        }
    }

    static double[][] Textbook(float[] x, float[] gamma, float[] dy, int width, bool centred)
    {
        double[] dx = new double[x.Length], dgamma = new double[width], dbeta = new double[width];
        for (int start = 0; start < x.Length; start += width)
        {
            double[] row = [.. x.Skip(start).Take(width).Select(v => (double)v)];
            double mean = centred ? row.Average() : 0, r = 1 / Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + Epsilon);
            double[] hat = [.. row.Select(v => (v - mean) * r)], g = [.. Enumerable.Range(0, width).Select(i => (double)gamma[i] * dy[start + i])];
            double sum = centred ? g.Average() : 0, dot = g.Zip(hat, (a, b) => a * b).Average();
            for (int i = 0; i < width; i++)
            {
                dx[start + i] = r * (g[i] - sum - hat[i] * dot);
                dgamma[i] += dy[start + i] * hat[i];
                dbeta[i] += dy[start + i];
            }
        }
        return [dx, dgamma, dbeta];
    }
}
