using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>The sizes of a crop, how it is cut into parts, and what memory a part needs.</summary>
internal readonly struct CropShape
{
    /// <summary>Rows of the output that are made together.</summary>
    public const int Strip = 2 * Lanes.Count;

    public readonly int Height, Width, Channels, Rows, Columns, Taps, Line, Parts;
    public readonly Interpolation Interpolation;
    readonly int _images, _imagesPerPart;

    public CropShape(Shape image, Shape output, Interpolation interpolation, int elementsPerPart)
    {
        (Height, Width, Channels, Rows, Columns, Interpolation) = (image[1], image[2], image[3], output[1], output[2], interpolation);
        Taps = Math.Max(ResampledAxis.MostTaps(Height, Rows, interpolation), ResampledAxis.MostTaps(Width, Columns, interpolation));
        Line = (Width * Channels + Lanes.Count - 1) / Lanes.Count * Lanes.Count;
        _images = output[0];
        _imagesPerPart = (int)Math.Clamp(elementsPerPart / Math.Max(1, OutputFloats), 1, int.MaxValue);
        Parts = (_images + _imagesPerPart - 1) / _imagesPerPart;
    }

    public long ImageFloats => (long)Height * Width * Channels;
    public long OutputFloats => (long)Rows * Columns * Channels;

    /// <summary>Weights of all columns and of one row, two numbers a column, and a strip in three shapes.</summary>
    public long ScratchFloats => (long)Taps * (Columns + 1) + 2 * Columns + (long)Strip * (Line + (Width + Columns) * Channels);

    public (int First, int End) ImagesOf(int part) => (part * _imagesPerPart, Math.Min(_images, (part + 1) * _imagesPerPart));
}

/// <summary>
/// One image's crop, a strip of the output's rows at a time. Rows are mixed with a register along the row, columns with a register down the
/// column: in between, and at the end, the strip is turned on its side, which is cheaper than picking every third float out of registers.
/// </summary>
internal readonly unsafe struct CropStrips
{
    const int Strip = CropShape.Strip;

    readonly CropShape _shape;
    readonly ResampledAxis _down, _across;
    readonly bool _flip;
    readonly int _used;                                                 // floats of a row that the box touches
    readonly float* _weights, _rowWeights;                              // of all columns, of one row
    readonly float* _mixed, _upright, _output;                          // strips: [rows, used], [used, rows], [columns, rows]
    readonly int* _firsts, _counts;

    public CropStrips(CropShape shape, float* box, float* scratch)
    {
        _shape = shape;
        _down = new(box[0], box[2], shape.Height, shape.Rows, shape.Interpolation);
        _across = new(box[1], box[3], shape.Width, shape.Columns, shape.Interpolation);
        _flip = box[4] != 0f;
        _used = (_across.High - _across.Low) * shape.Channels;
        _weights = scratch;
        _rowWeights = _weights + shape.Taps * shape.Columns;
        _firsts = (int*)(_rowWeights + shape.Taps);
        _counts = _firsts + shape.Columns;
        _mixed = (float*)(_counts + shape.Columns);
        _upright = _mixed + Strip * shape.Line;
        _output = _upright + Strip * shape.Width * shape.Channels;
        for (int j = 0; j < shape.Columns; j++)
            _firsts[j] = _across.Weights(j, _weights + j * shape.Taps, out _counts[j]) - _across.Low;
    }

    float* ColumnOfOutput(int j) => _output + (_flip ? _shape.Columns - 1 - j : j) * _shape.Channels * Strip;

    float* ColumnOfBox(int j) => _upright + _firsts[j] * _shape.Channels * Strip;

    public void Forward<T>(float* image, int top, float* y) where T : struct, IWide<T>
    {
        int rows = Math.Min(Strip, _shape.Rows - top), stride = _shape.Width * _shape.Channels, line = _shape.Columns * _shape.Channels;
        for (int i = 0; i < rows; i++)
        {
            int first = _down.Weights(top + i, _rowWeights, out int taps);
            float* from = image + (long)first * stride + _across.Low * _shape.Channels;
            MixRows<T>(from, stride, _rowWeights, taps, _used, _mixed + i * _shape.Line);
        }
        Transpose.Run<T>(_mixed, _shape.Line, rows, _used, _upright, Strip);
        for (int j = 0; j < _shape.Columns; j++)
            MixColumns<T>(ColumnOfBox(j), _weights + j * _shape.Taps, _counts[j], _shape.Channels, rows, ColumnOfOutput(j));
        Transpose.Run<T>(_output, Strip, line, rows, y + (long)top * line, line);
    }

    // The same way back: where values were mixed, slopes are shared out.
    public void Backward<T>(float* dy, int top, float* image) where T : struct, IWide<T>
    {
        int rows = Math.Min(Strip, _shape.Rows - top), stride = _shape.Width * _shape.Channels, line = _shape.Columns * _shape.Channels;
        Transpose.Run<T>(dy + (long)top * line, line, rows, line, _output, Strip);
        new Span<float>(_upright, _used * Strip).Clear();
        for (int j = 0; j < _shape.Columns; j++)
            ShareColumns<T>(ColumnOfOutput(j), _weights + j * _shape.Taps, _counts[j], _shape.Channels, rows, ColumnOfBox(j));
        Transpose.Run<T>(_upright, Strip, _used, rows, _mixed, _shape.Line);
        for (int i = 0; i < rows; i++)
        {
            int first = _down.Weights(top + i, _rowWeights, out int taps);
            float* to = image + (long)first * stride + _across.Low * _shape.Channels;
            ShareRows<T>(_mixed + i * _shape.Line, _rowWeights, taps, _used, to, stride);
        }
    }

    [MethodImpl(Compile.Loop)]
    static void MixRows<T>(float* rows, nint stride, float* weights, int taps, int width, float* mixed) where T : struct, IWide<T>
    {
        for (int i = 0; i < width; i += Lanes.Count)
        {
            T sum = T.Load(rows + i) * T.Broadcast(weights);
            for (int k = 1; k < taps; k++) sum = T.MultiplyAdd(T.Load(rows + k * stride + i), T.Broadcast(weights + k), sum);
            T.Store(sum, mixed + i);
        }
    }

    // What lies beyond the last row of a strip is mixed as well; nobody looks at it.
    [MethodImpl(Compile.Loop)]
    static void MixColumns<T>(float* columns, float* weights, int taps, int channels, int rows, float* mixed) where T : struct, IWide<T>
    {
        for (int channel = 0; channel < channels; channel++)
            for (int i = 0; i < rows; i += Lanes.Count)
            {
                float* from = columns + channel * Strip + i;
                T sum = T.Load(from) * T.Broadcast(weights);
                for (int k = 1; k < taps; k++) sum = T.MultiplyAdd(T.Load(from + k * channels * Strip), T.Broadcast(weights + k), sum);
                T.Store(sum, mixed + channel * Strip + i);
            }
    }

    [MethodImpl(Compile.Loop)]
    static void ShareColumns<T>(float* slopes, float* weights, int taps, int channels, int rows, float* columns) where T : struct, IWide<T>
    {
        for (int channel = 0; channel < channels; channel++)
            for (int i = 0; i < rows; i += Lanes.Count)
            {
                T slope = T.Load(slopes + channel * Strip + i);
                for (int k = 0; k < taps; k++)
                {
                    float* to = columns + (k * channels + channel) * Strip + i;
                    T.Store(T.MultiplyAdd(slope, T.Broadcast(weights + k), T.Load(to)), to);
                }
            }
    }

    [MethodImpl(Compile.Loop)]
    static void ShareRows<T>(float* slopes, float* weights, int taps, int width, float* rows, nint stride) where T : struct, IWide<T>
    {
        for (int k = 0; k < taps; k++)
        {
            float* to = rows + k * stride;
            T weight = T.Broadcast(weights + k);
            for (int i = 0; i < width; i += Lanes.Count)
                T.Store(T.MultiplyAdd(T.Load(slopes + i), weight, T.Load(to + i)), to + i, Math.Min(Lanes.Count, width - i));
        }
    }
}
