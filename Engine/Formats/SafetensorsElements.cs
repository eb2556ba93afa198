using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>Numbers as a safetensors file stores them: little-endian, in the type of the tensor.</summary>
static class SafetensorsElements
{
    public static void ToFloats(SafetensorsType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        switch (type)
        {
            case SafetensorsType.Float32: bytes.CopyTo(MemoryMarshal.AsBytes(values)); break;
            case SafetensorsType.Float16: TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values); break;
            case SafetensorsType.Float64: TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(bytes), values); break;
            default:
                ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < halves.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                break;
        }
    }

    public static void ToWholes(SafetensorsType type, ReadOnlySpan<byte> bytes, Span<long> values)
    {
        switch (type)
        {
            case SafetensorsType.Int64: bytes.CopyTo(MemoryMarshal.AsBytes(values)); break;
            case SafetensorsType.Int32: TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, int>(bytes), values); break;
            default: TensorPrimitives.ConvertTruncating(bytes, values); break;
        }
    }

    public static void FromFloats(SafetensorsType type, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        switch (type)
        {
            case SafetensorsType.Float32: MemoryMarshal.AsBytes(values).CopyTo(bytes); break;
            case SafetensorsType.Float16: TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(bytes)); break;
            default:
                Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < halves.Length; i++) halves[i] = BFloat16.Round(values[i]);
                break;
        }
    }
}
