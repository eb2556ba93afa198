namespace NativeSsl;

/// <summary>
/// Everything a device must do. Each op adds its own slice in its file: a device that lacks an op does not build. Arguments have been
/// checked by the ops of autograd; a backend trusts their shapes.
/// </summary>
public partial interface IBackend
{
    /// <summary>For example <c>cpu</c>, or the name of the GPU.</summary>
    string Name { get; }

    /// <summary>How layers store what is read by products and attention alone: BFloat16 where those round what they read to it anyway.</summary>
    Format ActivationFormat { get; }

    /// <summary>Memory that lasts as long as somebody holds it.</summary>
    Storage Allocate(long count, Format format);

    /// <summary>Memory from the pool, until <see cref="Storage.Release"/>.</summary>
    Storage Rent(long count, Format format);
}
