namespace NativeSsl.Tests.Images;

/// <summary>The antialiased bilinear filter, against its definition.</summary>
public sealed class ImageResizeTests
{
    [Theory]
    [InlineData(7, 5, 3, 4), InlineData(3, 4, 7, 9), InlineData(33, 20, 8, 8), InlineData(8, 8, 1, 1), InlineData(1, 1, 5, 4)]
    [InlineData(16, 5, 4, 20)]
    public void Every_pixel_is_the_weighted_mean_of_its_neighbours(int fromHeight, int fromWidth, int height, int width)
    {
        ImageSize size = new(fromHeight, fromWidth, 3);
        byte[] source = [.. Enumerable.Range(0, size.Bytes).Select(i => (byte)(i * 89 + i / 7 * 31))];
        byte[] target = new byte[height * width * 3];
        ImageResize.Bilinear(source, size, target, height, width);
        for (int i = 0; i < target.Length; i++)
        {
            (int y, int x, int c) = (i / 3 / width, i / 3 % width, i % 3);
            double sum = 0, weights = 0;
            for (int v = 0; v < fromHeight; v++)
                for (int u = 0; u < fromWidth; u++)
                {
                    double weight = Triangle(v, y, (double)fromHeight / height) * Triangle(u, x, (double)fromWidth / width);
                    sum += weight * source[(v * fromWidth + u) * 3 + c];
                    weights += weight;
                }
            Assert.InRange(target[i] - sum / weights, -0.501, 0.501);
        }
    }

    // One at the centre of the target's pixel, zero a pixel away: of the target if it is coarser, else of the source.
    static double Triangle(int from, int to, double scale) =>
        Math.Max(0, 1 - Math.Abs(from + 0.5 - (to + 0.5) * scale) / Math.Max(scale, 1));

    [Fact]
    public void The_same_size_is_a_copy_and_fine_patterns_become_grey()
    {
        byte[] checks = [.. Enumerable.Range(0, 64).Select(i => (byte)((i + i / 8) % 2 * 255))], copy = new byte[64], small = new byte[4];
        ImageResize.Bilinear(checks, new(8, 8, 1), copy, 8, 8);
        Assert.Equal(checks, copy);
        ImageResize.Bilinear(checks, new(8, 8, 1), small, 2, 2);
        Assert.All(small, grey => Assert.InRange(grey, 120, 135));
        Assert.Throws<ShapeException>(() => ImageResize.Bilinear(checks, new(8, 7, 1), small, 2, 2));
        Assert.Throws<ShapeException>(() => ImageResize.Bilinear(checks, new(8, 8, 1), small, 2, 3));
    }
}
