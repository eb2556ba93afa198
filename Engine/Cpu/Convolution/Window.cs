using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>Part of an image that may reach beyond its edges, where there are zeros.</summary>
internal static unsafe class Window
{
    /// <summary>target[row, column, channel] ← the image from (<paramref name="top"/>, <paramref name="left"/>) on.</summary>
    /// <param name="image">The first channel wanted of the first pixel.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="pixel">Floats from one pixel of the image to the next.</param>
    /// <param name="channels">Channels copied of each pixel.</param>
    /// <param name="top">The first row; negative above the image.</param>
    /// <param name="left">The first column; negative left of the image.</param>
    /// <param name="rows">Rows of the window.</param>
    /// <param name="columns">Columns of the window.</param>
    /// <param name="target">Contiguous.</param>
    [MethodImpl(Compile.Loop)]
    internal static void Copy(
        float* image, int height, int width, nint pixel, int channels, int top, int left, int rows, int columns, float* target)
    {
        int before = Math.Clamp(-left, 0, columns), inside = Math.Clamp(width - left, before, columns) - before;
        nint length = (nint)columns * channels;
        for (int r = 0; r < rows; r++, target += length)
        {
            if ((uint)(top + r) >= (uint)height || inside == 0)
            {
                Clear(target, length);
                continue;
            }
            float* from = image + ((nint)(top + r) * width + left + before) * pixel, to = target + (nint)before * channels;
            Clear(target, (nint)before * channels);
            if (pixel == channels) Copy(from, to, (nint)inside * channels);
            else for (int i = 0; i < inside; i++) Copy(from + i * pixel, to + (nint)i * channels, channels);
            to += (nint)inside * channels;
            Clear(to, length - (nint)(before + inside) * channels);
        }
    }

    static void Clear(float* target, nint count) => new Span<float>(target, (int)count).Clear();

    static void Copy(float* source, float* target, nint count) =>
        new Span<float>(source, (int)count).CopyTo(new Span<float>(target, (int)count));
}
