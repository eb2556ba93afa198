namespace NativeSsl.Kernels;

/// <summary>A thread to each pair of features.</summary>
static class RotaryKernels
{
    public static void Turn(Floats x, Floats turns, Floats y, Divisor pairs, Divisor heads, Divisor time, int first, int width, int step, int apart, float sign, long count)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= count) return;
        int pair = (int)thread;                         // a launch has room for no more threads than an int counts, and refuses more by name
        int row = pairs.Into(pair), feature = pairs.Rest(pair) * step, position = first + time.Rest(heads.Into(row));
        long a = Place.Of(row, width, feature), b = a + apart, turn = Place.Of(position, 2 * width, feature);
        float left = x[a], right = x[b], cosine = turns[turn], sine = turns[turn + width + apart] * sign;
        y[a] = left * cosine - right * sine;
        y[b] = right * cosine + left * sine;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void RotaryPositions(Tensor x, RotaryTable table, int first, bool back, Tensor y)
    {
        if (x.Shape.Count == 0) return;
        int half = table.Width / 2;
        Launch(RotaryKernels.Turn, x.Shape.Count / 2, View(x), View(table.Turns), View(y), new Divisor(half), new Divisor(x.Shape[2]), new Divisor(x.Shape[1]),
            first, table.Width, table.Halves ? 1 : 2, table.Halves ? half : 1, back ? -1f : 1f, x.Shape.Count / 2);
    }
}
