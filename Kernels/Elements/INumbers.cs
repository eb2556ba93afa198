namespace NativeSsl.Kernels;

/// <summary>Numbers in the device's memory, in the one format or the other. A type parameter of kernels: what a tensor is not is not in their text.</summary>
interface INumbers
{
    /// <summary>What is read again of a number that was stored.</summary>
    float Stored(float value);

    float At(long place);
    void Set(long place, float value);

    /// <summary>The i-th four of the whole.</summary>
    Float4 FourAt(long i);
    void SetFour(long i, Float4 value);
}

/// <summary>As <see cref="Format.Float32"/>.</summary>
readonly struct Float32Numbers(Floats data) : INumbers
{
    public float Stored(float value) => value;
    public float At(long place) => data[place];
    public void Set(long place, float value) => data[place] = value;
    public Float4 FourAt(long i) => Float4.At(data, i);
    public void SetFour(long i, Float4 value) => Float4.Set(data, i, value);
}

/// <summary>As <see cref="Format.BFloat16"/>: rounded to nearest as they are stored.</summary>
readonly struct BFloat16Numbers(ArrayView<ushort> data) : INumbers
{
    public float Stored(float value) => BFloat16.Widen(BFloat16.Round(value));
    public float At(long place) => BFloat16.Widen(data[place]);
    public void Set(long place, float value) => data[place] = BFloat16.Round(value);

    public Float4 FourAt(long i)
    {
        ulong bits = data.Cast<ulong>()[i];
        return new(BFloat16.Widen((ushort)bits), BFloat16.Widen((ushort)(bits >> 16)), BFloat16.Widen((ushort)(bits >> 32)), BFloat16.Widen((ushort)(bits >> 48)));
    }

    public void SetFour(long i, Float4 value) =>
        data.Cast<ulong>()[i] = BFloat16.Round(value.A) | (ulong)BFloat16.Round(value.B) << 16 | (ulong)BFloat16.Round(value.C) << 32 | (ulong)BFloat16.Round(value.D) << 48;
}
